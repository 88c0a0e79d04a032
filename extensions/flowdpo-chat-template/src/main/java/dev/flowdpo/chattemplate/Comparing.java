package dev.flowdpo.chattemplate;

import dev.flowdpo.chattemplate.Values.Tuple;
import dev.flowdpo.chattemplate.Values.Undefined;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Equality and order of Python's values. Stateless. */
final class Comparing {
  private Comparing() {}

  /** {@return whether Python's {@code ==} holds} */
  static boolean equal(Object a, Object b, Work work) {
    work.steps(1);
    if (isNumber(a) && isNumber(b)) {
      return compareNumbers(a, b) == 0;
    }
    if (a instanceof String text && b instanceof String other) {
      work.characters(Math.min(text.length(), other.length()));
      return text.equals(other);
    }
    if (a instanceof List<?> list && b instanceof List<?> other) {
      return equalLists(list, other, work);
    }
    if (a instanceof Tuple tuple && b instanceof Tuple other) {
      return equalLists(tuple.items(), other.items(), work);
    }
    if (a instanceof Map<?, ?> map && b instanceof Map<?, ?> other) {
      return equalMappings(map, other, work);
    }
    if (a instanceof Undefined && b instanceof Undefined) {
      return true;
    }
    return a == b || (a instanceof Values.Range && a.equals(b));
  }

  private static boolean equalLists(List<?> a, List<?> b, Work work) {
    if (a.size() != b.size()) {
      return false;
    }
    work.enter();
    boolean equal = true;
    for (int i = 0; equal && i < a.size(); i++) {
      equal = equal(a.get(i), b.get(i), work);
    }
    work.leave();
    return equal;
  }

  private static boolean equalMappings(Map<?, ?> a, Map<?, ?> b, Work work) {
    if (a.size() != b.size()) {
      return false;
    }
    work.enter();
    boolean equal = true;
    Iterator<? extends Map.Entry<?, ?>> entries = a.entrySet().iterator();
    while (equal && entries.hasNext()) {
      Map.Entry<?, ?> entry = entries.next();
      @Nullable Object other = b.get(entry.getKey());
      equal = other != null && equal(entry.getValue(), other, work);
    }
    work.leave();
    return equal;
  }

  /**
   * {@return a negative number, zero or a positive one, as a is less than, equal to or more than b}
   *
   * @throws ChatTemplateException if Python does not order them
   */
  static int order(Object a, Object b, Work work) {
    work.steps(1);
    if (isNumber(a) && isNumber(b)) {
      return compareNumbers(a, b);
    }
    if (a instanceof String text && b instanceof String other) {
      work.characters(Math.min(text.length(), other.length()));
      return compareStrings(text, other);
    }
    if (a instanceof List<?> list && b instanceof List<?> other) {
      return orderLists(list, other, work);
    }
    if (a instanceof Tuple tuple && b instanceof Tuple other) {
      return orderLists(tuple.items(), other.items(), work);
    }
    throw new ChatTemplateException(
        "expected values with an order, found "
            + Values.typeName(a)
            + " and "
            + Values.typeName(b));
  }

  private static int orderLists(List<?> a, List<?> b, Work work) {
    work.enter();
    int order = 0;
    for (int i = 0; order == 0 && i < Math.min(a.size(), b.size()); i++) {
      if (!equal(a.get(i), b.get(i), work)) {
        order = order(a.get(i), b.get(i), work);
      }
    }
    work.leave();
    return order != 0 ? order : Integer.compare(a.size(), b.size());
  }

  /** Python orders by code points, Java by halves of surrogate pairs. */
  private static int compareStrings(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    if (i == a.length() || i == b.length()) {
      return Integer.compare(a.length(), b.length());
    }
    boolean bothSurrogate =
        Character.isSurrogate(a.charAt(i)) && Character.isSurrogate(b.charAt(i));
    if (!bothSurrogate && Character.isSurrogate(a.charAt(i))) {
      return 1;
    }
    return !bothSurrogate && Character.isSurrogate(b.charAt(i))
        ? -1
        : Character.compare(a.charAt(i), b.charAt(i));
  }

  /** {@return whether the value is a number for Python, which counts truth values among them} */
  static boolean isNumber(Object value) {
    return value instanceof BigInteger || value instanceof Double || value instanceof Boolean;
  }

  /** A number that is not one is neither equal to nor less than any other. */
  private static int compareNumbers(Object a, Object b) {
    if (a instanceof Double || b instanceof Double) {
      double left = Arithmetic.real(a);
      double right = Arithmetic.real(b);
      boolean finite = Double.isFinite(left) && Double.isFinite(right);
      boolean bothReal = a instanceof Double && b instanceof Double;
      if (bothReal || !finite) {
        return left == right ? 0 : left < right ? -1 : 1;
      }
      return exact(a).compareTo(exact(b));
    }
    return Arithmetic.whole(a).compareTo(Arithmetic.whole(b));
  }

  private static BigDecimal exact(Object number) {
    return number instanceof Double real
        ? new BigDecimal(real)
        : new BigDecimal(Arithmetic.whole(number));
  }
}
