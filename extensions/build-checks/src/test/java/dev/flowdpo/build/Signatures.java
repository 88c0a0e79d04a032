package dev.flowdpo.build;

import com.tngtech.archunit.core.domain.JavaClass;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The public and protected declarations of a module, one a line, in an order of their own. */
final class Signatures {
  private Signatures() {}

  static List<String> of(String module) {
    return Modules.classes(module)
        .filter(PublicTypes::includes)
        .sorted(Comparator.comparing(JavaClass::getName))
        .map(JavaClass::reflect)
        .flatMap(type -> Stream.concat(Stream.of(header(type)), members(type).map("  "::concat)))
        .toList();
  }

  private static String header(Class<?> type) {
    List<String> words = new ArrayList<>(List.of(type.toGenericString()));
    Type parent = type.getGenericSuperclass();
    if (parent != null && parent != Object.class && !type.isEnum() && !type.isRecord()) {
      words.add("extends " + parent.getTypeName());
    }
    if (type.getGenericInterfaces().length > 0) {
      words.add(
          (type.isInterface() ? "extends " : "implements ") + names(type.getGenericInterfaces()));
    }
    if (type.isSealed()) {
      words.add("permits " + names(type.getPermittedSubclasses()));
    }
    return String.join(" ", words);
  }

  private static String names(Type[] types) {
    return Arrays.stream(types).map(Type::getTypeName).collect(Collectors.joining(", "));
  }

  private static Stream<String> members(Class<?> type) {
    Stream<Member> all =
        Stream.<Stream<Member>>of(
                Arrays.stream(type.getDeclaredFields()),
                Arrays.stream(type.getDeclaredConstructors()),
                Arrays.stream(type.getDeclaredMethods()))
            .flatMap(members -> members);
    return all.filter(member -> accessible(type, member))
        .filter(member -> !ofEveryObject(member))
        .map(Signatures::line)
        .sorted();
  }

  private static boolean accessible(Class<?> type, Member member) {
    boolean inherited =
        Modifier.isProtected(member.getModifiers()) && !Modifier.isFinal(type.getModifiers());
    return !member.isSynthetic() && (Modifier.isPublic(member.getModifiers()) || inherited);
  }

  private static boolean ofEveryObject(Member member) {
    return member instanceof Method method
        && switch (method.getName()) {
          case "equals" -> Arrays.equals(method.getParameterTypes(), new Class<?>[] {Object.class});
          case "hashCode", "toString" -> method.getParameterCount() == 0;
          default -> false;
        };
  }

  /** Returns a declaration without the name of the class that it is in. */
  private static String line(Member member) {
    String owner = member.getDeclaringClass().getTypeName();
    if (member instanceof Field field) {
      return field.toGenericString().replace(owner + "." + field.getName(), field.getName());
    }
    Executable executable = (Executable) member;
    String text = executable.toGenericString();
    return executable instanceof Constructor
        ? text.replace(owner + "(", "new(")
        : text.replace(owner + "." + executable.getName() + "(", executable.getName() + "(");
  }
}
