// Texts of all pages about one lecture, in English.

const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

export default {
  lecture: {
    pages: "Pages of the lecture",
    editor: "Steps",
    attendance: "Attendance, completion",
    statistics: "Statistics",
    people: (count) => plural(count, "person", "people"),
    name: "Title",
    about: "Description (optional)",
    poster: "QR poster",
    handout: "Handout (PDF)", handoutName: "handout", handoutMaking: "Making the handout…",
    teacher: (name) => `With ${name}`,
  },
  opening: {
    open: "Open a class",
    whichClass: "Which group is it for?",
    applied: (count) => `${count} applied`,
    defaultClass: "Main group",
    openAlready: (code) => `A class of this lecture is open already (number ${code}). Open another one?`,
    goThere: "Go to the open one",
  },
  marks: {
    meeting: (number) => `Meeting ${number}`,
    none: "No mark",
    kinds: { PRESENT: "Present", LATE: "Late", EARLY_LEAVE: "Left early", EXCUSED: "Excused", ABSENT: "Absent" },
  },
};
