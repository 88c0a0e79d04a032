package dev.flowdpo.learning;

/** Where a learner stands. Immutable and thread-safe. */
public final class LearningProgress extends ByValue {
  /** Where every learner starts: nothing read, nothing learned. */
  public static final LearningProgress NONE = builder().build();

  private final Values values;

  private record Values(
      int problems,
      int answerPairs,
      int stopPairs,
      int answerUpdates,
      int stopUpdates,
      double progressiveAccuracy,
      double meanChunks,
      double noAnswerRate,
      int verifierFailures,
      int passedOver,
      int skippedUpdates,
      double undecidedStops,
      int nodes,
      int nodesWithoutContrast) {}

  private LearningProgress(Values values) {
    super(values);
    this.values = values;
  }

  /** {@return a builder with all counts, means and shares at 0} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return problems read so far} */
  public int problems() {
    return values.problems;
  }

  /** {@return pairs for the Answer adapter so far, used or waiting} */
  public int answerPairs() {
    return values.answerPairs;
  }

  /** {@return pairs for the Stop adapter so far, used or waiting} */
  public int stopPairs() {
    return values.stopPairs;
  }

  /** {@return steps of the Answer adapter so far} */
  public int answerUpdates() {
    return values.answerUpdates;
  }

  /** {@return steps of the Stop adapter so far} */
  public int stopUpdates() {
    return values.stopUpdates;
  }

  /**
   * {@return share of problems that the flow answered correctly before it learned from them, in [0,
   * 1]; 0 before the first problem}
   */
  public double progressiveAccuracy() {
    return values.progressiveAccuracy;
  }

  /** {@return mean number of chunks of the flow's own answers; 0 before the first problem} */
  public double meanChunks() {
    return values.meanChunks;
  }

  /** {@return share of the flow's own answers without a final answer, in [0, 1]} */
  public double noAnswerRate() {
    return values.noAnswerRate;
  }

  /** {@return how often the verifier threw or took too long} */
  public int verifierFailures() {
    return values.verifierFailures;
  }

  /** {@return problems that could not be used, which are not among {@link #problems()}} */
  public int passedOver() {
    return values.passedOver;
  }

  /** {@return steps that were not taken, since their gradient was no number or too large} */
  public int skippedUpdates() {
    return values.skippedUpdates;
  }

  /**
   * {@return share of the flow's own stop decisions whose probability lay between 0.4 and 0.6, in
   * [0, 1]; near 1 the judge cannot tell, as no model can that never learned to judge}
   */
  public double undecidedStops() {
    return values.undecidedStops;
  }

  /** {@return output nodes that were explored} */
  public int nodes() {
    return values.nodes;
  }

  /** {@return those of them whose branches fared alike, so that nothing was learned there} */
  public int nodesWithoutContrast() {
    return values.nodesWithoutContrast;
  }

  /** Collects what an engine counted. Not thread-safe. */
  public static final class Builder {
    private int problems;
    private int answerPairs;
    private int stopPairs;
    private int answerUpdates;
    private int stopUpdates;
    private double progressiveAccuracy;
    private double meanChunks;
    private double noAnswerRate;
    private int verifierFailures;
    private int passedOver;
    private int skippedUpdates;
    private double undecidedStops;
    private int nodes;
    private int nodesWithoutContrast;

    private Builder() {}

    /** Sets the problems read. */
    public Builder problems(int problems) {
      this.problems = problems;
      return this;
    }

    /** Sets the pairs for either adapter. */
    public Builder pairs(int answer, int stop) {
      this.answerPairs = answer;
      this.stopPairs = stop;
      return this;
    }

    /** Sets the steps of either adapter. */
    public Builder updates(int answer, int stop) {
      this.answerUpdates = answer;
      this.stopUpdates = stop;
      return this;
    }

    /** Sets what the flow's own answers are like. */
    public Builder answers(double progressiveAccuracy, double meanChunks, double noAnswerRate) {
      this.progressiveAccuracy = progressiveAccuracy;
      this.meanChunks = meanChunks;
      this.noAnswerRate = noAnswerRate;
      return this;
    }

    /** Sets how often the verifier threw or took too long. */
    public Builder verifierFailures(int verifierFailures) {
      this.verifierFailures = verifierFailures;
      return this;
    }

    /** Sets the problems that could not be used. */
    public Builder passedOver(int passedOver) {
      this.passedOver = passedOver;
      return this;
    }

    /** Sets the steps that were not taken. */
    public Builder skippedUpdates(int skippedUpdates) {
      this.skippedUpdates = skippedUpdates;
      return this;
    }

    /** Sets how many of the stop decisions were none. */
    public Builder undecidedStops(double undecidedStops) {
      this.undecidedStops = undecidedStops;
      return this;
    }

    /** Sets the nodes that were explored, and those of them without contrast. */
    public Builder nodes(int nodes, int withoutContrast) {
      this.nodes = nodes;
      this.nodesWithoutContrast = withoutContrast;
      return this;
    }

    /** {@return the progress as set so far} */
    public LearningProgress build() {
      return new LearningProgress(
          new Values(
              problems,
              answerPairs,
              stopPairs,
              answerUpdates,
              stopUpdates,
              progressiveAccuracy,
              meanChunks,
              noAnswerRate,
              verifierFailures,
              passedOver,
              skippedUpdates,
              undecidedStops,
              nodes,
              nodesWithoutContrast));
    }
  }
}
