package dev.flowdpo.runtime.training;

/**
 * Collects {@link TrainerOptions} one by one, starting from the paper's. Every method checks its
 * value at once and throws {@link dev.flowdpo.error.InvalidInputException} where it is out of
 * range; a builder that refused a value is of no further use. Not thread-safe.
 */
public final class TrainerOptionsBuilder {
  private int batch = 16;
  private int accumulation = 2;
  private int epochs = 3;
  private double learningRate = 2e-4;
  private TrainerOptions.Decay decay = TrainerOptions.Decay.LINEAR;
  private double warmupRatio = 0.1;
  private double clipNorm = 1;
  private int rank = 16;
  private double alpha = 16;
  private double dropout = 0.05;
  private double weightDecay = 0;
  private double adamBeta1 = 0.9;
  private double adamBeta2 = 0.999;
  private double adamEpsilon = 1e-8;
  private double heldOutShare = 0.1;
  private int patience = 2;
  private int evaluateEvery = 0;
  private int checkpointEvery = 50;
  private boolean groupByLength = true;
  private long seed = 0;

  TrainerOptionsBuilder() {}

  TrainerOptionsBuilder(TrainerOptions from) {
    batch = from.batch();
    accumulation = from.accumulation();
    epochs = from.epochs();
    learningRate = from.learningRate();
    decay = from.decay();
    warmupRatio = from.warmupRatio();
    clipNorm = from.clipNorm();
    rank = from.rank();
    alpha = from.alpha();
    dropout = from.dropout();
    weightDecay = from.weightDecay();
    adamBeta1 = from.adamBeta1();
    adamBeta2 = from.adamBeta2();
    adamEpsilon = from.adamEpsilon();
    heldOutShare = from.heldOutShare();
    patience = from.patience();
    evaluateEvery = from.evaluateEvery();
    checkpointEvery = from.checkpointEvery();
    groupByLength = from.groupByLength();
    seed = from.seed();
  }

  /** Sets {@link TrainerOptions#batch()} and returns this builder. */
  public TrainerOptionsBuilder batch(int batch) {
    this.batch = batch;
    return checked();
  }

  /** Sets {@link TrainerOptions#accumulation()} and returns this builder. */
  public TrainerOptionsBuilder accumulation(int accumulation) {
    this.accumulation = accumulation;
    return checked();
  }

  /** Sets {@link TrainerOptions#epochs()} and returns this builder. */
  public TrainerOptionsBuilder epochs(int epochs) {
    this.epochs = epochs;
    return checked();
  }

  /** Sets {@link TrainerOptions#learningRate()} and returns this builder. */
  public TrainerOptionsBuilder learningRate(double learningRate) {
    this.learningRate = learningRate;
    return checked();
  }

  /** Sets {@link TrainerOptions#decay()} and returns this builder. */
  public TrainerOptionsBuilder decay(TrainerOptions.Decay decay) {
    this.decay = decay;
    return checked();
  }

  /** Sets {@link TrainerOptions#warmupRatio()} and returns this builder. */
  public TrainerOptionsBuilder warmupRatio(double warmupRatio) {
    this.warmupRatio = warmupRatio;
    return checked();
  }

  /** Sets {@link TrainerOptions#clipNorm()} and returns this builder. */
  public TrainerOptionsBuilder clipNorm(double clipNorm) {
    this.clipNorm = clipNorm;
    return checked();
  }

  /** Sets {@link TrainerOptions#rank()} and returns this builder. */
  public TrainerOptionsBuilder rank(int rank) {
    this.rank = rank;
    return checked();
  }

  /** Sets {@link TrainerOptions#alpha()} and returns this builder. */
  public TrainerOptionsBuilder alpha(double alpha) {
    this.alpha = alpha;
    return checked();
  }

  /** Sets {@link TrainerOptions#dropout()} and returns this builder. */
  public TrainerOptionsBuilder dropout(double dropout) {
    this.dropout = dropout;
    return checked();
  }

  /** Sets {@link TrainerOptions#weightDecay()} and returns this builder. */
  public TrainerOptionsBuilder weightDecay(double weightDecay) {
    this.weightDecay = weightDecay;
    return checked();
  }

  /** Sets {@link TrainerOptions#adamBeta1()} and returns this builder. */
  public TrainerOptionsBuilder adamBeta1(double adamBeta1) {
    this.adamBeta1 = adamBeta1;
    return checked();
  }

  /** Sets {@link TrainerOptions#adamBeta2()} and returns this builder. */
  public TrainerOptionsBuilder adamBeta2(double adamBeta2) {
    this.adamBeta2 = adamBeta2;
    return checked();
  }

  /** Sets {@link TrainerOptions#adamEpsilon()} and returns this builder. */
  public TrainerOptionsBuilder adamEpsilon(double adamEpsilon) {
    this.adamEpsilon = adamEpsilon;
    return checked();
  }

  /** Sets {@link TrainerOptions#heldOutShare()} and returns this builder. */
  public TrainerOptionsBuilder heldOutShare(double heldOutShare) {
    this.heldOutShare = heldOutShare;
    return checked();
  }

  /** Sets {@link TrainerOptions#patience()} and returns this builder. */
  public TrainerOptionsBuilder patience(int patience) {
    this.patience = patience;
    return checked();
  }

  /** Sets {@link TrainerOptions#evaluateEvery()} and returns this builder. */
  public TrainerOptionsBuilder evaluateEvery(int evaluateEvery) {
    this.evaluateEvery = evaluateEvery;
    return checked();
  }

  /** Sets {@link TrainerOptions#checkpointEvery()} and returns this builder. */
  public TrainerOptionsBuilder checkpointEvery(int checkpointEvery) {
    this.checkpointEvery = checkpointEvery;
    return checked();
  }

  /** Sets {@link TrainerOptions#groupByLength()} and returns this builder. */
  public TrainerOptionsBuilder groupByLength(boolean groupByLength) {
    this.groupByLength = groupByLength;
    return checked();
  }

  /** Sets {@link TrainerOptions#seed()} and returns this builder. */
  public TrainerOptionsBuilder seed(long seed) {
    this.seed = seed;
    return checked();
  }

  /** Returns the options as set so far. */
  public TrainerOptions build() {
    return new TrainerOptions(
        batch,
        accumulation,
        epochs,
        learningRate,
        decay,
        warmupRatio,
        clipNorm,
        rank,
        alpha,
        dropout,
        weightDecay,
        adamBeta1,
        adamBeta2,
        adamEpsilon,
        heldOutShare,
        patience,
        evaluateEvery,
        checkpointEvery,
        groupByLength,
        seed);
  }

  private TrainerOptionsBuilder checked() {
    build();
    return this;
  }
}
