// Texts of both pages of a session, the board and the wall screen, in English.

const CLOCK = new Intl.DateTimeFormat("en", { hour: "numeric", minute: "2-digit" });
const people = (count) => (count === 1 ? "1 person" : `${count} people`);

export default {
  line: {
    connecting: "Connecting",
    open: "Connected",
    waiting: "Reconnecting",
    paused: "Saving takes a little longer. Just wait: it goes on by itself.",
    lost: (at) => `The connection is lost. What you see is how it was at ${CLOCK.format(at)}. It is being reconnected; you only need to wait.`,
    over: {
      gone: "This class cannot be found.",
      removed: "You are no longer in this class.",
      forbidden: "Only the instructor of this class can see it.",
      replaced: "It was opened in another window.",
      "signed-out": "You are signed out. Please sign in again.",
    },
  },
  invite: {
    title: "How to come in",
    how: "Scan the QR code with the phone’s camera. If that does not work, type this address into the internet browser.",
    qr: "QR code to come into the class",
    here: (count) => `${people(count)} came in`,
    closed: "The door is closed. Nobody new can come in.",
    close: "Close the door",
    open: "Open the door",
  },
};
