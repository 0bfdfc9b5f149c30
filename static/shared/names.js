// Names of people on the instructor's pages, where two may have the same name.

/** The name of a person. The second person of a name in a lecture has «(2)» after it. */
export function labelOf(name, namesake) {
  return namesake > 1 ? `${name} (${namesake})` : name;
}
