package dev.flowdpo.learning;

import com.google.common.collect.Sets;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.preference.AdapterRole;
import java.util.EnumSet;
import java.util.Set;

/**
 * When adapters take a step, and which of them. A value out of its range is refused with an {@link
 * InvalidInputException}. Immutable and thread-safe.
 */
public final class UpdateOptions extends ByValue {
  private static final UpdateOptions DEFAULTS =
      new UpdateOptions(
          new Values(true, 32, 32, Sets.immutableEnumSet(EnumSet.allOf(AdapterRole.class)), 0));

  private final Values values;

  private record Values(
      boolean enabled,
      int pairsPerAnswerUpdate,
      int pairsPerStopUpdate,
      Set<AdapterRole> roles,
      int referenceRefreshUpdates) {}

  private UpdateOptions(Values values) {
    super(values);
    this.values = values;
  }

  /** {@return 32 pairs a step for both adapters, the reference kept: the paper's} */
  public static UpdateOptions defaults() {
    return DEFAULTS;
  }

  /** {@return a builder that starts from {@link #defaults()}} */
  public static Builder builder() {
    return DEFAULTS.toBuilder();
  }

  /** {@return a builder that starts from these options} */
  public Builder toBuilder() {
    return new Builder(values);
  }

  /**
   * {@return whether adapters are updated; false is for a control run of all else; default true}
   */
  public boolean enabled() {
    return values.enabled;
  }

  /** {@return the pairs that the Answer adapter collects before a step; paper: 32} */
  public int pairsPerAnswerUpdate() {
    return values.pairsPerAnswerUpdate;
  }

  /** {@return the pairs that the Stop adapter collects before a step; paper: 32} */
  public int pairsPerStopUpdate() {
    return values.pairsPerStopUpdate;
  }

  /** {@return the adapters that learn; the others stay as they are; default both} */
  public Set<AdapterRole> roles() {
    return values.roles;
  }

  /**
   * {@return after how many updates of an adapter its reference becomes the adapter as it then is;
   * 0, the default and the paper's, keeps the first}
   */
  public int referenceRefreshUpdates() {
    return values.referenceRefreshUpdates;
  }

  /** Collects options one by one and checks each at once. Not thread-safe. */
  public static final class Builder {
    private boolean enabled;
    private int pairsPerAnswerUpdate;
    private int pairsPerStopUpdate;
    private Set<AdapterRole> roles;
    private int referenceRefreshUpdates;

    private Builder(Values values) {
      enabled = values.enabled;
      pairsPerAnswerUpdate = values.pairsPerAnswerUpdate;
      pairsPerStopUpdate = values.pairsPerStopUpdate;
      roles = values.roles;
      referenceRefreshUpdates = values.referenceRefreshUpdates;
    }

    /** Sets whether adapters are updated. */
    public Builder enabled(boolean enabled) {
      this.enabled = enabled;
      return this;
    }

    /** Sets the pairs of a step of the Answer adapter, at least 1. */
    public Builder pairsPerAnswerUpdate(int pairsPerAnswerUpdate) {
      this.pairsPerAnswerUpdate = Require.atLeast(1, "pairsPerAnswerUpdate", pairsPerAnswerUpdate);
      return this;
    }

    /** Sets the pairs of a step of the Stop adapter, at least 1. */
    public Builder pairsPerStopUpdate(int pairsPerStopUpdate) {
      this.pairsPerStopUpdate = Require.atLeast(1, "pairsPerStopUpdate", pairsPerStopUpdate);
      return this;
    }

    /** Sets the adapters that learn, at least one. */
    public Builder roles(Set<AdapterRole> roles) {
      if (roles.isEmpty()) {
        throw new InvalidInputException(
            "roles: expected at least one adapter that learns, found none");
      }
      this.roles = Sets.immutableEnumSet(roles);
      return this;
    }

    /** Sets the updates between two references, at least 0. */
    public Builder referenceRefreshUpdates(int referenceRefreshUpdates) {
      this.referenceRefreshUpdates =
          Require.atLeast(0, "referenceRefreshUpdates", referenceRefreshUpdates);
      return this;
    }

    /** {@return the options as set so far} */
    public UpdateOptions build() {
      return new UpdateOptions(
          new Values(
              enabled, pairsPerAnswerUpdate, pairsPerStopUpdate, roles, referenceRefreshUpdates));
    }
  }
}
