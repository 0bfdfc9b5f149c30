// Texts of the page that makes the first administrator, in English.

export default {
  setup: {
    title: "The first administrator",
    lead: "This school has no administrator yet. Whoever fills this in becomes its administrator, who can make lectures and open classes.",
    name: "Name",
    login: "E-mail or phone number",
    loginHint: "You sign in with it from now on.",
    password: "Password",
    passwordHint: "8 characters or more.",
    see: "Show the password",
    go: "Begin as administrator",
    missing: { name: "Please write your name.", login: "Please write an e-mail address or a phone number.", password: "Please choose a password." },
    wrong: {
      name: "A name has at most 40 characters.",
      login: "Please look at the e-mail address or phone number again.",
      password: "The password needs 8 characters or more.",
    },
    over: "This link works no more",
    overMore: "It was used already, or the server has started anew since. If there is no administrator yet, open the new link that the server printed.",
    signin: "To the sign-in",
  },
};
