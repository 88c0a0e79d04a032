package dev.flowdpo.preference;

import dev.flowdpo.testing.contract.DpoObjectiveContract;
import org.junit.jupiter.api.Nested;

/** All ready objectives keep the contract. */
class ObjectiveContractsTest {
  abstract static class Ready extends DpoObjectiveContract {
    private final DpoObjective objective;

    Ready(DpoObjective objective) {
      this.objective = objective;
    }

    @Override
    protected DpoObjective objective() {
      return objective;
    }
  }

  @Nested
  class Sigmoid extends Ready {
    Sigmoid() {
      super(DpoObjective.sigmoid(0.3));
    }
  }

  @Nested
  class Conservative extends Ready {
    Conservative() {
      super(DpoObjective.sigmoid(0.3, 0.1));
    }
  }

  @Nested
  class Hinge extends Ready {
    private static final double BETA = 0.05;

    Hinge() {
      super(DpoObjective.hinge(BETA));
    }

    @Override
    protected boolean smoothAt(LogProbabilitySums sums) {
      return Math.abs(1 - BETA * sums.logit()) > 1e-2;
    }
  }

  @Nested
  class Ipo extends Ready {
    Ipo() {
      super(DpoObjective.ipo(0.2));
    }
  }

  @Nested
  class Robust extends Ready {
    Robust() {
      super(DpoObjective.robust(0.3, 0.1));
    }
  }

  @Nested
  class ApoZero extends Ready {
    ApoZero() {
      super(DpoObjective.apoZero(0.3));
    }
  }

  @Nested
  class SimPo extends Ready {
    SimPo() {
      super(DpoObjective.simPo(2, 1));
    }
  }

  @Nested
  class Supervised extends Ready {
    Supervised() {
      super(DpoObjective.supervised());
    }
  }

  @Nested
  class WithLikelihoodOfTheChosen extends Ready {
    WithLikelihoodOfTheChosen() {
      super(DpoObjective.sigmoid(0.3).withChosenNll(0.5));
    }
  }
}
