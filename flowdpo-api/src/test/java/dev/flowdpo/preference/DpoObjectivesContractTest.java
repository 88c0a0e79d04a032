package dev.flowdpo.preference;

import dev.flowdpo.testing.contract.DpoObjectiveContract;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** Every ready objective keeps the contract, and so do those made of an application's functions. */
class DpoObjectivesContractTest {
  /** A loss of whole completions: rewards against their mean (REINFORCE with a baseline). */
  private static GroupValue againstTheMean(List<ScoredCompletion> group) {
    double mean = group.stream().mapToDouble(ScoredCompletion::reward).average().orElse(0);
    double[] slopes = group.stream().mapToDouble(c -> mean - c.reward()).toArray();
    double loss = group.stream().mapToDouble(c -> (mean - c.reward()) * c.policySum()).sum();
    return GroupValue.ofCompletions(loss, slopes);
  }

  /** A loss of single tokens: the squared distance of each from the reference. */
  private static GroupValue distance(List<ScoredCompletion> group) {
    double loss = 0;
    double[][] slopes = new double[group.size()][];
    for (int i = 0; i < slopes.length; i++) {
      ScoredCompletion completion = group.get(i);
      slopes[i] = new double[completion.length()];
      for (int token = 0; token < slopes[i].length; token++) {
        double apart = completion.policy(token) - completion.reference(token);
        loss += apart * apart;
        slopes[i][token] = 2 * apart;
      }
    }
    return new GroupValue(loss, slopes);
  }

  abstract static class Objective extends DpoObjectiveContract {
    private final DpoObjective objective;

    Objective(DpoObjective objective) {
      this.objective = objective;
    }

    @Override
    protected DpoObjective objective() {
      return objective;
    }
  }

  @Nested
  class Sigmoid extends Objective {
    Sigmoid() {
      super(DpoObjective.sigmoid(0.7));
    }
  }

  @Nested
  class Conservative extends Objective {
    Conservative() {
      super(DpoObjective.sigmoid(1, 0.1));
    }
  }

  @Nested
  class LengthNormalised extends Objective {
    LengthNormalised() {
      super(DpoObjective.lengthNormalised(5));
    }
  }

  @Nested
  class Ipo extends Objective {
    Ipo() {
      super(DpoObjective.ipo(0.1));
    }
  }

  @Nested
  class Robust extends Objective {
    Robust() {
      super(DpoObjective.robust(1, 0.2));
    }
  }

  @Nested
  class ApoZero extends Objective {
    ApoZero() {
      super(DpoObjective.apoZero(0.5));
    }
  }

  @Nested
  class SimPo extends Objective {
    SimPo() {
      super(DpoObjective.simPo(2, 1));
    }
  }

  @Nested
  class Supervised extends Objective {
    Supervised() {
      super(DpoObjective.supervised());
    }
  }

  @Nested
  class WithChosenNll extends Objective {
    WithChosenNll() {
      super(DpoObjective.sigmoid(1).withChosenNll(0.5));
    }
  }

  @Nested
  class OfLogit extends Objective {
    OfLogit() {
      super(DpoObjective.ofLogit(0.5, x -> Math.hypot(1, x) - x));
    }
  }

  @Nested
  class OfRatios extends Objective {
    OfRatios() {
      super(DpoObjective.ofRatios(1, (chosen, rejected) -> Math.hypot(1, chosen - 1) + rejected));
    }
  }

  @Nested
  class Hinge extends Objective {
    Hinge() {
      super(DpoObjective.hinge(1));
    }

    @Override
    protected boolean smoothAt(List<ScoredCompletion> group) {
      return Math.abs(1 - LogProbabilitySums.of(group).logit()) > 0.1;
    }
  }

  @Nested
  class OfCompletions extends Objective {
    OfCompletions() {
      super(DpoObjective.ofCompletions(DpoObjectivesContractTest::againstTheMean));
    }

    @Override
    protected int groupSize() {
      return 4;
    }
  }

  @Nested
  class Relative extends Objective {
    Relative() {
      super(GroupRelative.builder().lengthNormalised(true).kl(0.1).build());
    }

    @Override
    protected int groupSize() {
      return 4;
    }
  }

  @Nested
  class LeaveOneOut extends Objective {
    LeaveOneOut() {
      super(GroupRelative.rloo());
    }

    @Override
    protected int groupSize() {
      return 3;
    }
  }

  @Nested
  class OfTokens extends Objective {
    OfTokens() {
      super(DpoObjective.ofTokens(DpoObjectivesContractTest::distance));
    }

    @Override
    protected int groupSize() {
      return 3;
    }
  }
}
