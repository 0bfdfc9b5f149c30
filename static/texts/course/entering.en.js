// Texts of signing in and registering before a course, in English.

export default {
  signin: {
    title: "Who are you?", login: "Phone number or e-mail", password: "Password", go: "Come in", register: "I am new here",
    wrong: "Something is not right. Please look again. If you have forgotten your password, ask the school's administrator.", teacher: "Teachers sign in on the teachers' page.",
  },
  register: {
    title: "Welcome", guest: "What you have done so far is saved under this name too.", name: "Name", nameHint: "It is printed on your certificate. Please write it in full.",
    loginHint: "You use it to come in next time.",
    passwordHint: "Choose a new one of 8 letters or more, and write it on paper too.", go: "Register", known: "I have registered before",
    taken: "This number or e-mail is in use already. Please look again.", noName: "Please write your name again.", noLogin: "Please write the number or e-mail again.", short: "Please write a password of 8 letters or more.",
  },
};
