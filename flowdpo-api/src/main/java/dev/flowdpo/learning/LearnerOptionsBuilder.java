package dev.flowdpo.learning;

import com.google.common.collect.ImmutableList;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.PairOptions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Collects {@link LearnerOptions} one by one, starting from the paper's. Every method checks its
 * value at once and throws {@link dev.flowdpo.error.InvalidInputException} where it is out of
 * range; a builder that refused a value is of no further use. Not thread-safe.
 */
public final class LearnerOptionsBuilder {
  private int pairsPerAnswerUpdate = 32;
  private int pairsPerStopUpdate = 32;
  private int problemsPerGroup = 8;
  private int rolloutsPerNode = 1;
  private double answerLearningRate = 5e-6;
  private double stopLearningRate = 5e-6;
  private Schedule schedule = Schedule.CONSTANT;
  private int warmupUpdates = 0;
  private int totalProblems = 0;
  private double clipNorm = 1;
  private int rank = 8;
  private double alpha = 8;
  private double dropout = 0.05;
  private List<String> targetModules = List.of();
  private double weightDecay = 0;
  private double adamBeta1 = 0.9;
  private double adamBeta2 = 0.999;
  private double adamEpsilon = 1e-8;
  private PairOptions pairs = PairOptions.DEFAULT;
  private long seed = 0;
  private boolean updates = true;
  private int checkpointEveryProblems = 100;
  private Set<AdapterRole> roles = EnumSet.allOf(AdapterRole.class);
  private int referenceRefreshUpdates = 0;
  private Duration verifierTimeLimit = Duration.ofSeconds(10);

  LearnerOptionsBuilder() {}

  LearnerOptionsBuilder(LearnerOptions from) {
    pairsPerAnswerUpdate = from.pairsPerAnswerUpdate();
    pairsPerStopUpdate = from.pairsPerStopUpdate();
    problemsPerGroup = from.problemsPerGroup();
    rolloutsPerNode = from.rolloutsPerNode();
    answerLearningRate = from.answerLearningRate();
    stopLearningRate = from.stopLearningRate();
    schedule = from.schedule();
    warmupUpdates = from.warmupUpdates();
    totalProblems = from.totalProblems();
    clipNorm = from.clipNorm();
    rank = from.rank();
    alpha = from.alpha();
    dropout = from.dropout();
    targetModules = from.targetModules();
    weightDecay = from.weightDecay();
    adamBeta1 = from.adamBeta1();
    adamBeta2 = from.adamBeta2();
    adamEpsilon = from.adamEpsilon();
    pairs = from.pairs();
    seed = from.seed();
    updates = from.updates();
    checkpointEveryProblems = from.checkpointEveryProblems();
    roles = from.roles();
    referenceRefreshUpdates = from.referenceRefreshUpdates();
    verifierTimeLimit = from.verifierTimeLimit();
  }

  /** Sets {@link LearnerOptions#pairsPerAnswerUpdate()} and returns this builder. */
  public LearnerOptionsBuilder pairsPerAnswerUpdate(int pairsPerAnswerUpdate) {
    this.pairsPerAnswerUpdate = pairsPerAnswerUpdate;
    return checked();
  }

  /** Sets {@link LearnerOptions#pairsPerStopUpdate()} and returns this builder. */
  public LearnerOptionsBuilder pairsPerStopUpdate(int pairsPerStopUpdate) {
    this.pairsPerStopUpdate = pairsPerStopUpdate;
    return checked();
  }

  /** Sets {@link LearnerOptions#problemsPerGroup()} and returns this builder. */
  public LearnerOptionsBuilder problemsPerGroup(int problemsPerGroup) {
    this.problemsPerGroup = problemsPerGroup;
    return checked();
  }

  /** Sets {@link LearnerOptions#rolloutsPerNode()} and returns this builder. */
  public LearnerOptionsBuilder rolloutsPerNode(int rolloutsPerNode) {
    this.rolloutsPerNode = rolloutsPerNode;
    return checked();
  }

  /** Sets {@link LearnerOptions#answerLearningRate()} and returns this builder. */
  public LearnerOptionsBuilder answerLearningRate(double answerLearningRate) {
    this.answerLearningRate = answerLearningRate;
    return checked();
  }

  /** Sets {@link LearnerOptions#stopLearningRate()} and returns this builder. */
  public LearnerOptionsBuilder stopLearningRate(double stopLearningRate) {
    this.stopLearningRate = stopLearningRate;
    return checked();
  }

  /** Sets {@link LearnerOptions#schedule()} and returns this builder. */
  public LearnerOptionsBuilder schedule(Schedule schedule) {
    this.schedule = schedule;
    return checked();
  }

  /** Sets {@link LearnerOptions#warmupUpdates()} and returns this builder. */
  public LearnerOptionsBuilder warmupUpdates(int warmupUpdates) {
    this.warmupUpdates = warmupUpdates;
    return checked();
  }

  /** Sets {@link LearnerOptions#totalProblems()} and returns this builder. */
  public LearnerOptionsBuilder totalProblems(int totalProblems) {
    this.totalProblems = totalProblems;
    return checked();
  }

  /** Sets {@link LearnerOptions#clipNorm()} and returns this builder. */
  public LearnerOptionsBuilder clipNorm(double clipNorm) {
    this.clipNorm = clipNorm;
    return checked();
  }

  /** Sets {@link LearnerOptions#rank()} and returns this builder. */
  public LearnerOptionsBuilder rank(int rank) {
    this.rank = rank;
    return checked();
  }

  /** Sets {@link LearnerOptions#alpha()} and returns this builder. */
  public LearnerOptionsBuilder alpha(double alpha) {
    this.alpha = alpha;
    return checked();
  }

  /** Sets {@link LearnerOptions#dropout()} and returns this builder. */
  public LearnerOptionsBuilder dropout(double dropout) {
    this.dropout = dropout;
    return checked();
  }

  /** Sets {@link LearnerOptions#targetModules()} and returns this builder. */
  public LearnerOptionsBuilder targetModules(List<String> targetModules) {
    this.targetModules = ImmutableList.copyOf(targetModules);
    return checked();
  }

  /** Sets {@link LearnerOptions#weightDecay()} and returns this builder. */
  public LearnerOptionsBuilder weightDecay(double weightDecay) {
    this.weightDecay = weightDecay;
    return checked();
  }

  /** Sets {@link LearnerOptions#adamBeta1()} and returns this builder. */
  public LearnerOptionsBuilder adamBeta1(double adamBeta1) {
    this.adamBeta1 = adamBeta1;
    return checked();
  }

  /** Sets {@link LearnerOptions#adamBeta2()} and returns this builder. */
  public LearnerOptionsBuilder adamBeta2(double adamBeta2) {
    this.adamBeta2 = adamBeta2;
    return checked();
  }

  /** Sets {@link LearnerOptions#adamEpsilon()} and returns this builder. */
  public LearnerOptionsBuilder adamEpsilon(double adamEpsilon) {
    this.adamEpsilon = adamEpsilon;
    return checked();
  }

  /** Sets {@link LearnerOptions#pairs()} and returns this builder. */
  public LearnerOptionsBuilder pairs(PairOptions pairs) {
    this.pairs = pairs;
    return checked();
  }

  /** Sets {@link LearnerOptions#seed()} and returns this builder. */
  public LearnerOptionsBuilder seed(long seed) {
    this.seed = seed;
    return checked();
  }

  /** Sets {@link LearnerOptions#updates()} and returns this builder. */
  public LearnerOptionsBuilder updates(boolean updates) {
    this.updates = updates;
    return checked();
  }

  /** Sets {@link LearnerOptions#checkpointEveryProblems()} and returns this builder. */
  public LearnerOptionsBuilder checkpointEveryProblems(int checkpointEveryProblems) {
    this.checkpointEveryProblems = checkpointEveryProblems;
    return checked();
  }

  /** Sets {@link LearnerOptions#roles()} and returns this builder. */
  public LearnerOptionsBuilder roles(Set<AdapterRole> roles) {
    this.roles = Set.copyOf(roles);
    return checked();
  }

  /** Sets {@link LearnerOptions#referenceRefreshUpdates()} and returns this builder. */
  public LearnerOptionsBuilder referenceRefreshUpdates(int referenceRefreshUpdates) {
    this.referenceRefreshUpdates = referenceRefreshUpdates;
    return checked();
  }

  /** Sets {@link LearnerOptions#verifierTimeLimit()} and returns this builder. */
  public LearnerOptionsBuilder verifierTimeLimit(Duration verifierTimeLimit) {
    this.verifierTimeLimit = verifierTimeLimit;
    return checked();
  }

  /**
   * Returns the options as set so far.
   *
   * @return the options
   * @throws dev.flowdpo.error.InvalidInputException if the schedule is linear and has no horizon
   */
  public LearnerOptions build() {
    return optionsWith(schedule);
  }

  /** Checks single values; the linear schedule's horizon may still be set after it. */
  private LearnerOptionsBuilder checked() {
    optionsWith(Schedule.CONSTANT);
    return this;
  }

  private LearnerOptions optionsWith(Schedule schedule) {
    return new LearnerOptions(
        pairsPerAnswerUpdate,
        pairsPerStopUpdate,
        problemsPerGroup,
        rolloutsPerNode,
        answerLearningRate,
        stopLearningRate,
        schedule,
        warmupUpdates,
        totalProblems,
        clipNorm,
        rank,
        alpha,
        dropout,
        targetModules,
        weightDecay,
        adamBeta1,
        adamBeta2,
        adamEpsilon,
        pairs,
        seed,
        updates,
        checkpointEveryProblems,
        roles,
        referenceRefreshUpdates,
        verifierTimeLimit);
  }
}
