// Texts of the waiting room behind a poster, in English.

export default {
  lobby: {
    title: "Waiting for the class", teacher: (name) => `A class with ${name}.`, next: (when) => `The next class: ${when}.`,
    wait: "When the class opens, this screen changes by itself. You only need to wait.",
    unknown: "Your teacher can tell you when the next class is. When it opens, this screen changes by itself.",
    apart: "The internet is away. When it is back, the class opens by itself. You only need to wait.",
    opens: "The class is open. You are coming in now.",
    code: "Come in with a class number", record: "See my record",
    old: "This poster is not in use any more", oldLine: "Please ask your teacher for the new QR. If you typed the address, check it letter by letter.",
  },
};
