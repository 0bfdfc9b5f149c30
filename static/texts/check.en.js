// The page on which anyone checks a certificate, in English; where it is shown in another language, the second line.

export default {
  check: {
    page: {
      school: "Gyosil",
      title: "Certificate check",
      looking: "Looking for it…",
      welcome: "Check a certificate",
      unreachable: "The school cannot be reached. Please check the internet connection and try again.",
      later: (seconds) => `It cannot be checked right now. Please try again in ${seconds} seconds.`,
      again: "Check again",
      ended: { EXPIRED: (day) => `It expired on ${day}.`, REVOKED: (day) => `It was revoked on ${day}.` },
      compare: "Please see that everything on the paper or PDF is the same as below.",
      altered: "If anything differs, the document was altered.",
      open: "Open the certificate (PDF)",
      another: "Check another certificate",
      masked: "Only part of the name is shown. With the code you can see all of the certificate.",
      unknown: "Please see that number and code are as on the certificate. If they are, this school has not issued it.",
      byNumber: "Check by its number",
      number: "Certificate number",
      code: "Code",
      example: (text) => `e.g. ${text}`,
      go: "Check",
      atFoot: "Both are at the foot of the certificate.",
      signature: "Digital signature",
      signed: (algorithm) => `This text was signed with the school's key (${algorithm}). Anyone can verify the signature, without the internet too.`,
      signedText: "Signed text, signature and public key (base64):",
      hours: (hours, minutes) => [hours && `${hours} h`, minutes && `${minutes} min`].filter(Boolean).join(" "),
      points: (score) => String(score),
    },
    states: {
      VALID: "This certificate is valid",
      EXPIRED: "This certificate has expired",
      REVOKED: "This certificate has been revoked",
      UNKNOWN: "There is no such certificate",
    },
    fields: {
      name: "Name", course: "Course", unit: "Unit", class: "Class", period: "Period", hours: "Hours", completed: "Completed", instructor: "Instructor",
      total: "Total", attendance: "Attendance", progress: "Progress", assessment: "Assessment", issued: "Issued", expires: "Valid until",
      issuer: "Issued by", number: "Number", code: "Code", uuid: "UUID",
    },
  },
};
