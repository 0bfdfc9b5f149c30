// Texts of the list of lectures, in English.

const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

export default {
  lectures: {
    title: "My lectures",
    add: "+ New lecture",
    assisted: "Classes you help in",
    assistedAs: { HELPER: "Helper", HOST: "You lead it" },
    sharedBy: (name) => `${name}’s lecture, taught together`,
    runningNow: "Open right now",
    edit: "Edit steps",
    attendance: "Attendance, completion",
    statistics: "Statistics",
    past: (count) => plural(count, "past class", "past classes"),
    archived: (count) => plural(count, "archived lecture"),
    restore: "Teach again",
    more: "Show more",
    newLecture: "Make a new lecture",
    titleExample: "e.g. First steps with a phone",
    make: "Make it",
    first: "Make your first lecture",
    ways: [
      "Give the lecture a title, and write what is learnt, one step at a time.",
      "Press “Open a class” and a QR code appears. Learners only need to scan it.",
      "Each time you press “Next step”, every phone in the room moves to the next step.",
    ],
    makeSample: "Start with an example",
    sampleHint: "An example lecture of six steps. Change or delete it as you like.",
    requests: (count) => `${plural(count, "request")} for attendance ${count === 1 ? "is" : "are"} waiting.`,
    seeRequests: "Have a look",
  },
  lessonFile: {
    both: "Copy and export",
    copy: "Copy", copying: "Copying…",
    save: "Export as a file", saving: "Making the file…",
    hint: "A copy is a new lecture with the steps and pictures, and without learners. A file can be opened in other schools too, and has the instructor’s notes in it.",
    open: "Import from a file",
    openHint: "Choose the file of a lecture (zip) that was exported here or in another school, or drop it here.",
    choose: "Choose a file",
    sending: "Sending the file…",
    checking: "Checking the pictures one by one. One moment, please…",
    tooLarge: "This file is too large. Files of up to 200 MB can be imported.",
  },
  sample: {
    title: "Sending a photo",
    description: "Choosing a photo and sending it to the family. (An example)",
    tasks: [
      {
        title: "Opening a chat",
        steps: [
          ["Open the app", "Tap the picture of your messaging app once."],
          ["Choose a friend", "Tap the name of the friend who gets the photo."],
          ["Open the chat", "Tap “Chat”."],
        ],
      },
      {
        title: "Sending the photo",
        steps: [
          ["Tap the plus", "Tap the + sign to the left of the field for text."],
          ["Choose a photo", "Tap “Photos”, then tap the photo that you want to send."],
          ["Send it", "Tap “Send”. When you see the photo in the chat, it is done."],
        ],
      },
    ],
  },
};
