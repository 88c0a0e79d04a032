package dev.flowdpo.examples;

import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.testing.contract.DpoObjectiveContract;

/** The loss keeps the contract of objectives. */
class OwnObjectiveTest extends DpoObjectiveContract {
  @Override
  protected DpoObjective objective() {
    return OwnObjective.objective();
  }
}
