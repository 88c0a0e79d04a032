package dev.flowdpo.runtime.tiny;

import java.util.List;

/**
 * A person of a story and the pronouns that stand for them.
 *
 * @param name the first name
 * @param male whether the pronouns are he, him, his; otherwise she, her, her
 */
record Person(String name, boolean male) {
  static final List<Person> ALL =
      List.of(
          new Person("Tom", true),
          new Person("Dan", true),
          new Person("Raj", true),
          new Person("Luis", true),
          new Person("Finn", true),
          new Person("Noah", true),
          new Person("Ali", true),
          new Person("Theo", true),
          new Person("Mary", false),
          new Person("Ana", false),
          new Person("Eva", false),
          new Person("Lily", false),
          new Person("Ruth", false),
          new Person("Nora", false),
          new Person("Ines", false),
          new Person("Hana", false));

  String subject() {
    return male ? "he" : "she";
  }

  String subjectCapital() {
    return male ? "He" : "She";
  }

  String object() {
    return male ? "him" : "her";
  }

  String possessive() {
    return male ? "his" : "her";
  }
}
