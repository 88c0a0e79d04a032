package dev.flowdpo.build;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Which types users may touch: public ones outside internal packages and those of the engine. */
final class PublicTypes {
  /** As the parent pom names them, where the same list keeps them out of the Javadoc. */
  private static final Set<String> ENGINE =
      Arrays.stream(System.getProperty("flowdpo.engine-packages", "").split(":"))
          .map(String::strip)
          .filter(name -> !name.isEmpty())
          .collect(Collectors.toUnmodifiableSet());

  private PublicTypes() {}

  static boolean includes(JavaClass type) {
    String name = type.getPackageName();
    return !(name + ".").contains(".internal.")
        && !ENGINE.contains(name)
        && accessible(type)
        && type.getEnclosingClass().map(PublicTypes::includes).orElse(true);
  }

  private static boolean accessible(JavaClass type) {
    return !type.isAnonymousClass()
        && !type.isLocalClass()
        && (type.getModifiers().contains(JavaModifier.PUBLIC)
            || type.getModifiers().contains(JavaModifier.PROTECTED));
  }
}
