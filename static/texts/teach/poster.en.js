// Texts of the poster of a lecture, in English.

export default {
  poster: {
    hint: "Print this poster and put it on the wall of the classroom. The QR and the address always lead to the class of the day. Whoever has the address can come in: if strangers have it, make a new one.",
    renew: "Make a new address",
    renewQuestion: "Make a new address? Posters that are printed already will stop working: print this one again and put it in their place.",
    renewed: "There is a new address. Print this poster now, and put it in the place of the old one.",
    print: "Print",
    copy: "Copy the address",
    copied: "Copied",
    sheet: "The poster for the wall",
    qr: "QR code that leads into today’s class",
    how: "Open the camera of your phone and point it at this picture. Tap the address that appears, and you are in the class.",
    byHand: "If that does not work, type this address into your browser.",
  },
  nextClass: {
    title: "The next class",
    hint: "Phones that scan the poster before the class say when it is, and come in by themselves once you open it.",
    date: "Day", time: "Time", save: "Save", clear: "No plan",
    saved: "Saved. Whoever scans the poster sees it.", cleared: "Removed.",
  },
};
