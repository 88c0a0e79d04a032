package dev.flowdpo.learning;

import org.jspecify.annotations.Nullable;

/** What is equal, and described, by the values that it holds. Immutable and thread-safe. */
abstract class ByValue {
  private final Record values;

  ByValue(Record values) {
    this.values = values;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof ByValue that
        && getClass() == that.getClass()
        && values.equals(that.values);
  }

  @Override
  public final int hashCode() {
    return values.hashCode();
  }

  @Override
  public final String toString() {
    return values.toString().replaceFirst("Values", getClass().getSimpleName());
  }
}
