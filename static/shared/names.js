// What someone is called on a page of the instructor, where two may have the same name.

/** The first of a name in a lecture is called so; the second is told apart: «(2)». */
export function calledOf(name, namesake) {
  return namesake > 1 ? `${name} (${namesake})` : name;
}
