// Texts of the statistics of a lecture and of one learner, in English.

const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

export default {
  statistics: {
    tiles: { learners: "Learners", progress: "Average progress", helps: "Calls by learners", took: "Time to finish" },
    times: (count) => plural(count, "time"),
    minutes: (count) => (count < 1 ? "less than 1 min" : `${count} min`),
    nobodyFinished: "Nobody has finished all steps yet",
    finished: (count) => `average of ${plural(count, "learner")}`,
    empty: "There is nothing to show yet",
    emptyHint: "Once a class is open and learners come in, their progress and the difficult steps are drawn here.",
    distribution: "How far everyone is",
    activity: "Learners day by day",
    trend: "Over time",
    span: "Period",
    days: (count) => `${count} days`,
    progressTrend: "Average progress",
    helpTrend: "Calls by learners",
    asTable: "Show as a table",
    difficult: "Difficult steps",
    difficultHint: "By how many called for help or were stuck. Try to make the guide easier.",
    trouble: (helped, stuck) => [helped && `${helped} called for help`, stuck && `${stuck} stuck`].filter(Boolean).join(" · "),
    noHelp: "Nobody has called for help or been stuck at any step yet.",
    mend: "Edit the steps",
    learners: "One by one",
    order: "Order",
    orders: { behind: "Least progress first", ahead: "Most progress first", helps: "Most calls for help first", name: "By name" },
    steps: (done, of) => `${done} of ${plural(of, "step")}`,
    helps: (count) => `asked for help ${plural(count, "time")}`,
  },
  learner: {
    progress: "Progress",
    attendance: "Attendance",
    helps: "Calls for help of their own",
    last: "Last learnt",
    steps: "Steps",
    states: { COMPLETED: "done", IN_PROGRESS: "working on it", NOT_STARTED: "not yet" },
    took: (seconds) => (seconds < 60 ? `took ${seconds} s` : `took ${Math.round(seconds / 60)} min`),
    meetings: "Attendance",
    noMeetings: "There are no marks yet.",
  },
};
