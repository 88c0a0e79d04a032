package dev.flowdpo;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.error.Require;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.StopDecision;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.policy.StopRules;
import dev.flowdpo.policy.internal.FlowLoop;
import dev.flowdpo.policy.internal.FlowObserver;
import dev.flowdpo.policy.internal.FlowPath;
import dev.flowdpo.policy.internal.FlowStart;
import dev.flowdpo.value.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Which stop question tells finished answers from unfinished ones, and from which probability on.
 * Answers are written in short chunks until the policy itself ends them; what it ended counts as
 * finished, what was cut by length as not. So no verifier is needed, and no answer has to be right.
 * {@link Flow#calibrate} makes one. Immutable and thread-safe.
 *
 * @param candidates one for each question, the best first; copied
 */
public record StopCalibration(List<Candidate> candidates) {
  /**
   * The {@link Candidate#discrimination} from which a question can be relied on: three times in
   * four.
   */
  public static final double RELIABLE = 0.75;

  private static final double UNDECIDED_MARGIN = 0.1;

  /** Copies the candidates. */
  public StopCalibration {
    candidates = List.copyOf(candidates);
  }

  /**
   * A stop question and what came of it.
   *
   * @param question its words
   * @param discrimination the chance that a finished answer gets a higher probability than an
   *     unfinished one (the area under the ROC curve): 1 always, 0.5 as by a coin
   * @param threshold the probability from which stopping is right most often, in (0, 1]
   * @param accuracy the mean of the shares of finished and of unfinished answers that this
   *     threshold gets right
   * @param finished how many answers were finished
   * @param unfinished how many were not
   */
  public record Candidate(
      String question,
      double discrimination,
      double threshold,
      double accuracy,
      int finished,
      int unfinished) {
    /** {@return whether the judge can be relied on with this question} */
    public boolean isReliable() {
      return discrimination >= RELIABLE;
    }
  }

  /** {@return the candidate that tells best} */
  public Candidate best() {
    return candidates.get(0);
  }

  /**
   * Sets the best question and its threshold; where it is not reliable, so that the end of a text
   * decides where the judge does not ({@link ModelOptions.Builder#undecidedMargin}).
   */
  public void applyTo(ModelOptions.Builder options) {
    options.stopQuestion(best().question()).stopThreshold(best().threshold());
    if (!best().isReliable()) {
      options.undecidedMargin(UNDECIDED_MARGIN);
    }
  }

  /**
   * Writes answers and asks every judge about them.
   *
   * @param judges by their questions
   * @throws InvalidInputException if there are no problems, or all answers end alike, so that
   *     nothing can be compared
   */
  public static StopCalibration of(
      List<Problem> problems,
      FlowPolicy policy,
      FlowOptions options,
      Map<String, StopJudge> judges) {
    Require.atLeast(1, "problems", problems.size());
    List<PartialAnswer> answers = answers(problems, policy, options);
    long finished = answers.stream().filter(PartialAnswer::endedBySequenceEnd).count();
    if (finished == 0 || finished == answers.size()) {
      throw new InvalidInputException(
          "calibrate: expected finished and unfinished answers, found %d of %d finished; give more problems or %s chunks."
              .formatted(finished, answers.size(), finished == 0 ? "more and longer" : "shorter"));
    }
    List<Candidate> found = new ArrayList<>();
    judges.forEach((question, judge) -> found.add(candidate(question, judge, answers)));
    found.sort(Comparator.comparingDouble(Candidate::discrimination).reversed());
    answers.forEach(policy::forget);
    return new StopCalibration(found);
  }

  /** Half as long chunks as the flow's cut in more places. */
  private static List<PartialAnswer> answers(
      List<Problem> problems, FlowPolicy policy, FlowOptions options) {
    FlowOptions shorter =
        options.toBuilder()
            .chunkSize(Math.max(1, options.chunkSize() / 2))
            .maxChunks(2 * options.maxChunks())
            .build();
    FlowLoop loop = new FlowLoop(policy, StopRules.endOfText(), shorter);
    List<FlowStart> starts =
        problems.stream().map(problem -> FlowStart.of(problem, options.seed())).toList();
    List<PartialAnswer> answers = new ArrayList<>();
    for (Optional<FlowPath> path : loop.run(starts, new FlowObserver() {})) {
      Optional<PartialAnswer> next = path.map(FlowPath::answer);
      while (next.filter(answer -> answer.depth() > 0).isPresent()) {
        answers.add(next.get());
        next = next.get().parent();
      }
    }
    return answers;
  }

  private static Candidate candidate(
      String question, StopJudge judge, List<PartialAnswer> answers) {
    List<Double> finished = new ArrayList<>();
    List<Double> unfinished = new ArrayList<>();
    List<StopDecision> decisions = judge.judge(answers);
    for (int i = 0; i < answers.size(); i++) {
      (answers.get(i).endedBySequenceEnd() ? finished : unfinished)
          .add(decisions.get(i).stopProbability());
    }
    answers.forEach(judge::forget);
    double above = 0;
    for (double one : finished) {
      for (double other : unfinished) {
        above += one > other ? 1 : one == other ? 0.5 : 0;
      }
    }
    double threshold = 1;
    double accuracy = 0;
    for (double between : thresholds(decisions)) {
      double right = (share(finished, between) + 1 - share(unfinished, between)) / 2;
      if (right > accuracy) {
        accuracy = right;
        threshold = between;
      }
    }
    return new Candidate(
        Objects.requireNonNull(question, "question"),
        above / finished.size() / unfinished.size(),
        threshold,
        accuracy,
        finished.size(),
        unfinished.size());
  }

  /** Returns what lies between neighbouring probabilities, and 1. */
  private static List<Double> thresholds(List<StopDecision> decisions) {
    TreeSet<Double> sorted = new TreeSet<>();
    decisions.forEach(decision -> sorted.add(decision.stopProbability()));
    List<Double> thresholds = new ArrayList<>(List.of(1.0));
    double before = sorted.first();
    for (double probability : sorted.tailSet(before, false)) {
      thresholds.add((before + probability) / 2);
      before = probability;
    }
    return thresholds;
  }

  private static double share(List<Double> probabilities, double threshold) {
    return (double) probabilities.stream().filter(p -> p >= threshold).count()
        / probabilities.size();
  }
}
