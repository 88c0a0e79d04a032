package dev.flowdpo.runtime.learning;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Throwables;
import com.google.common.collect.Iterators;
import dev.flowdpo.error.FlowClosedException;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.LearningEnd;
import dev.flowdpo.learning.LearningProgress;
import dev.flowdpo.learning.LearningReport;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.ProblemOutcome;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.runtime.adapter.AdapterVersions;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.internal.Lookup;
import dev.flowdpo.spi.LearnerSetup;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A learner as a part of an application. Groups of problems come from callers of {@link #learn} and
 * from the thread of what is submitted; {@link LearningTurns} lets one at a time through, {@link
 * GroupLearner} learns from it, and between two groups the state can be saved. Whoever ends the
 * learner, or the thread that has the turn then, saves and frees. Thread-safe.
 */
final class PreferenceLearner implements OnlineLearner {
  private static final Logger LOG = LoggerFactory.getLogger(PreferenceLearner.class);

  private final LearnerSetup setup;
  private final LearnerOptions options;
  private final LearnerLog log;
  private final WorkingCopies copies;
  private final Parts parts;
  private final LearnerState state;
  private final GroupLearner groups;
  private final SubmissionQueue queue;
  private final SubmissionThread submissions;

  /** What calls of {@link #learn} have begun; to be ended with the learner. */
  private final Set<RoundsAhead> underWay = ConcurrentHashMap.newKeySet();

  /** Problems of an earlier process, which the streams that are given again still hold. */
  private final Map<String, Integer> alreadyLearned = new HashMap<>();

  private volatile LearningProgress progress;
  private volatile boolean closed;
  private int checkpointed;
  private boolean dirty;
  private boolean dirtyBySubmissions;
  private Optional<FlowException> outOfMemory = Optional.empty();
  private boolean freed;

  /**
   * What a learner is made of beside its setup.
   *
   * @param settings what decides the run, for checkpoints
   * @param time the time that problems of a stream are told; empty where prompts tell none
   * @param verifiers what is closed with the learner
   * @param modelName what adapter folders name as their base
   * @param versionFiles where versions are kept, if there is a folder
   * @param onClose is told that the learner is closed
   */
  record Parts(
      LearningTurns turns,
      Publication publication,
      ServedSolutions solutions,
      Map<String, String> settings,
      Optional<RunTime> time,
      List<VerifierGuard> verifiers,
      String modelName,
      Optional<VersionFiles> versionFiles,
      Consumer<OnlineLearner> onClose) {}

  /**
   * @param state where to begin: empty, or what a checkpoint kept
   */
  PreferenceLearner(
      LearnerSetup setup,
      WorkingCopies copies,
      Parts parts,
      LearnerState state,
      GroupLearner groups) {
    this.setup = setup;
    this.options = setup.options();
    this.log = new LearnerLog(setup.name());
    this.copies = copies;
    this.parts = parts;
    this.state = state;
    this.groups = groups;
    this.progress = state.progress();
    this.checkpointed = state.problems();
    this.alreadyLearned.putAll(state.seen().counts());
    this.queue = new SubmissionQueue(options.submissions(), "learner \"" + setup.name() + "\"");
    this.submissions = new SubmissionThread(this::learnSubmitted, this::saveQuietly, queue, setup);
  }

  @Override
  public LearningReport learn(Iterable<Problem> problems) {
    return learn(Optional.empty(), problems);
  }

  @Override
  public LearningReport learn(String stream, Iterable<Problem> problems) {
    return learn(Optional.of(stream), problems);
  }

  private LearningReport learn(Optional<String> stream, Iterable<Problem> problems) {
    checkOpen();
    if (parts.turns.isMine()) {
      throw new IllegalStateException(
          "learn: expected a call from outside of learning, found one of a listener or a part of"
              + " this learner, which would wait for itself");
    }
    long begin = System.nanoTime();
    Iterator<Problem> left = problems.iterator();
    if (!left.hasNext()) {
      throw new InvalidInputException("learn: expected at least one problem, found none");
    }
    LearningEnd end = learnAll(stream, left);
    parts.turns.lock();
    try {
      return LearningReport.of(
          state.progress(), state.validation(), Duration.ofNanos(System.nanoTime() - begin), end);
    } finally {
      endTurn();
    }
  }

  private LearningEnd learnAll(Optional<String> stream, Iterator<Problem> left) {
    Iterator<List<Problem>> ready =
        Iterators.partition(unseen(stream, left), options.rollouts().problemsPerGroup());
    RoundsAhead ahead = new RoundsAhead(setup, parts.turns, LearnerFactory.guard(setup));
    underWay.add(ahead);
    try {
      return learnAll(stream, ready, ahead);
    } finally {
      ahead.close();
      underWay.remove(ahead);
    }
  }

  private LearningEnd learnAll(
      Optional<String> stream, Iterator<List<Problem>> ready, RoundsAhead ahead) {
    Optional<RuntimeException> broken = Optional.empty();
    while (true) {
      try {
        while (broken.isEmpty() && ahead.wantsMore() && ready.hasNext()) {
          ahead.add(ready.next().stream().map(Work::of).toList());
        }
      } catch (RuntimeException e) {
        if (Thread.currentThread().isInterrupted()) {
          return interrupted();
        }
        broken = Optional.of(e); // after what was read before it, as without a lag
      }
      if (ahead.isEmpty()) {
        if (broken.isPresent()) {
          throw broken.get();
        }
        return finish();
      }
      Optional<LearningEnd> end = learnInTurn(stream, ahead);
      if (end.isPresent()) {
        return end.get();
      }
    }
  }

  /** Returns the problems without those that an earlier process has learned from. */
  private Iterator<Problem> unseen(Optional<String> stream, Iterator<Problem> left) {
    if (stream.isPresent()) {
      long position;
      parts.turns.lock();
      try {
        position = state.streams().getOrDefault(stream.get(), 0L);
      } finally {
        endTurn();
      }
      for (long i = 0; i < position && left.hasNext(); i++) {
        left.next();
      }
      return left;
    }
    return Iterators.filter(left, problem -> !wasLearned(problem));
  }

  private boolean wasLearned(Problem problem) {
    synchronized (alreadyLearned) {
      String key = SeenProblems.key(problem.id());
      int left = alreadyLearned.getOrDefault(key, 0);
      if (left > 0) {
        alreadyLearned.put(key, left - 1);
      }
      return left > 0;
    }
  }

  /** Learns from the next group, and says why learning ends with it if it does. */
  private Optional<LearningEnd> learnInTurn(Optional<String> stream, RoundsAhead ahead) {
    try {
      if (!parts.turns.begin()) {
        return Optional.of(LearningEnd.STOPPED);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(interrupted());
    }
    try {
      parts.time.ifPresent(
          time -> ahead.notBegun().forEach(group -> group.forEach(w -> time.put(w.problem()))));
      int checkpoint = checkpointed + options.checkpointEveryProblems();
      GroupLearner.Result result = learnGroup(() -> groups.learn(ahead, checkpoint));
      long read = result.outcomes().size();
      stream.ifPresent(name -> state.streams().merge(name, read, Long::sum));
      if (result.listenerFailure().isPresent()) {
        // The listener has not seen all of this group: going on from the state before repeats it.
        dirty = false;
        Throwable failure = result.listenerFailure().get();
        Throwables.throwIfUnchecked(failure);
        throw new FlowException("A listener failed: " + failure, failure);
      }
      if (Thread.currentThread().isInterrupted()) {
        return Optional.of(LearningEnd.INTERRUPTED);
      }
      return Optional.empty();
    } catch (FlowClosedException e) {
      LOG.info("Learner \"{}\": the flow was closed: {}", setup.name(), e.getMessage());
      return Optional.of(LearningEnd.STOPPED);
    } catch (LearningTurns.BrokenOffException e) {
      return Optional.of(parts.turns.isStopped() ? LearningEnd.STOPPED : LearningEnd.INTERRUPTED);
    } finally {
      saveIfInterrupted();
      endTurn();
    }
  }

  private void saveIfInterrupted() {
    if (Thread.currentThread().isInterrupted()) {
      checkpointIfDirty();
    }
  }

  private LearningEnd finish() {
    parts.turns.lock();
    try {
      checkpointIfDirty();
    } finally {
      endTurn();
    }
    return LearningEnd.FINISHED;
  }

  private LearningEnd interrupted() {
    finish();
    return LearningEnd.INTERRUPTED;
  }

  /** Learns from a group, in this thread's turn, and saves where that is due. */
  private GroupLearner.Result learnGroup(Supplier<GroupLearner.Result> group) {
    if (outOfMemory.isPresent()) {
      throw outOfMemory.get();
    }
    boolean before = dirty;
    GroupLearner.Result result;
    try {
      dirty = true; // a failing step comes after the group is counted
      result = group.get();
    } catch (OutOfMemoryError e) {
      outOfMemory = Optional.of(outOfMemory(e));
      throw outOfMemory.get();
    } catch (LearningTurns.BrokenOffException e) {
      dirty = before;
      throw e;
    } finally {
      progress = state.progress();
    }
    log.progress(progress);
    if (result.listenerFailure().isEmpty()
        && state.problems() >= checkpointed + options.checkpointEveryProblems()) {
      checkpointIfDirty();
    }
    return result;
  }

  /** The error may have come amid a step, so what is in memory is not saved any more. */
  private FlowException outOfMemory(OutOfMemoryError e) {
    return new FlowException(
        ("learner \"%s\": out of memory (%s) after %d problems; raise -Xmx, or, where the message"
                + " speaks of native or direct memory, lower it for the sake of the rest, or take"
                + " fewer problemsPerGroup; a new learner with resume(true) goes on from the last"
                + " checkpoint, as this one can't any more")
            .formatted(setup.name(), e.getMessage(), checkpointed),
        e);
  }

  @Override
  public CompletableFuture<ProblemOutcome> submit(Problem problem) {
    return submit(Work.of(problem));
  }

  @Override
  public CompletableFuture<ProblemOutcome> feedback(Solution solution, Verdict verdict) {
    return submit(Work.served(parts.solutions.path(solution, verdict)));
  }

  private CompletableFuture<ProblemOutcome> submit(Work work) {
    checkOpen();
    if (isKnown(work)) {
      return CompletableFuture.completedFuture(ProblemOutcome.known(work.problem()));
    }
    Submission submission = Submission.of(work);
    queue.put(submission, !parts.turns.isMine());
    submissions.start();
    return submission.outcome();
  }

  /** Says whether there is nothing to learn any more; the same feedback counts once, always. */
  private boolean isKnown(Work work) {
    boolean again = options.submissions().learnAgain() && work.served().isEmpty();
    return !again && state.seen().count(work.key()) > 0;
  }

  /** Learns from what was submitted, on the learner's own thread. */
  private List<ProblemOutcome> learnSubmitted(List<Work> group) throws InterruptedException {
    if (!parts.turns.begin()) {
      throw queue.closed();
    }
    try {
      Map<String, Work> fresh = new LinkedHashMap<>();
      group.stream().filter(work -> !isKnown(work)).forEach(w -> fresh.putIfAbsent(w.key(), w));
      IdentityHashMap<Work, ProblemOutcome> outcomes = new IdentityHashMap<>();
      group.forEach(work -> outcomes.put(work, ProblemOutcome.known(work.problem())));
      if (!fresh.isEmpty()) {
        List<Work> works = List.copyOf(fresh.values());
        dirtyBySubmissions = true;
        GroupLearner.Result result = learnGroup(() -> groups.learn(works));
        result
            .listenerFailure()
            .ifPresent(e -> LOG.warn("Learner \"{}\": a listener failed", setup.name(), e));
        for (int i = 0; i < works.size(); i++) {
          outcomes.put(works.get(i), result.outcomes().get(i));
        }
      }
      return group.stream().map(work -> Lookup.required(outcomes, work)).toList();
    } catch (LearningTurns.BrokenOffException e) {
      throw queue.closed();
    } finally {
      endTurn();
    }
  }

  @Override
  public boolean hasSeen(String problemId) {
    return state.seen().count(SeenProblems.key(problemId)) > 0;
  }

  @Override
  public boolean forget(String problemId) {
    checkOpen();
    List<Submission> waiting = queue.remove(problemId);
    waiting.forEach(submission -> submission.outcome().cancel(false));
    parts.turns.lock();
    try {
      boolean found = state.forget(problemId) || !waiting.isEmpty();
      if (found) {
        dirty = true;
        checkpointIfDirty();
      }
      return found;
    } finally {
      endTurn();
    }
  }

  /** Returns the progress after the last group; does not wait for the group under way. */
  @Override
  public LearningProgress progress() {
    return progress;
  }

  @Override
  public void pause() {
    parts.turns.pause();
    log.paused();
  }

  @Override
  public void resume() {
    parts.turns.resume();
    log.resumed();
  }

  @Override
  public void save(Path folder) {
    checkOpen();
    copies
        .live()
        .forEach(
            (role, snapshot) ->
                PeftAdapters.write(
                    folder.resolve(role.folderName()), snapshot.weights(), parts.modelName));
  }

  @Override
  public boolean stop(Duration limit) {
    if (!parts.turns.isStopped()) {
      log.stopping(limit);
    }
    endQueue();
    if (parts.turns.isMine()) {
      return false; // the group under way is this thread's own
    }
    try {
      if (parts.turns.lock(TimeUnit.NANOSECONDS.convert(limit))) {
        endTurn();
        return true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    log.brokenOff(limit);
    parts.turns.breakOff();
    return false;
  }

  private void endQueue() {
    parts.turns.stop();
    queue.close().forEach(submission -> submission.fail(queue.closed()));
  }

  /** Saves what submissions have taught; what {@link #learn} does is saved as it goes. */
  private void saveQuietly() {
    parts.turns.lock();
    try {
      if (dirtyBySubmissions) {
        checkpointIfDirty();
      }
    } catch (FlowException e) {
      LOG.error("Learner \"{}\": the state could not be saved", setup.name(), e);
    } finally {
      endTurn();
    }
  }

  private void checkpointIfDirty() {
    if (!dirty || freed || outOfMemory.isPresent()) {
      return;
    }
    setup
        .checkpoint()
        .ifPresent(
            folder -> {
              long begin = System.nanoTime();
              LearnerCheckpoint.write(folder, contents());
              log.saved(folder, state.problems(), System.nanoTime() - begin);
              setup.listener().onCheckpoint(folder);
            });
    dirty = false;
    dirtyBySubmissions = false;
    checkpointed = state.problems();
  }

  private LearnerCheckpoint.Contents contents() {
    AdapterVersions.Kept kept = copies.kept();
    while (!copies.hasTakenUp(kept)) { // somebody has just made another version live
      parts.publication.begin();
      kept = copies.kept();
    }
    ObjectNode json = LearnerStateJson.write(state, setup.redaction());
    boolean gated = parts.publication.isGated();
    if (gated) {
      parts.publication.write(json.putObject("gate"));
    }
    return new LearnerCheckpoint.Contents(
        parts.settings,
        json,
        state.seen(),
        state.problems(),
        copies.learners(),
        gated ? copies.live() : Map.of(),
        parts.versionFiles.orElseThrow(),
        kept,
        parts.modelName);
  }

  /** Ends this thread's turn; where the learner ends, this is the time to save and to free. */
  private void endTurn() {
    try {
      if (parts.turns.isStopped()) {
        underWay.forEach(RoundsAhead::close);
        checkpointIfDirty();
      }
    } finally {
      if (closed && !freed) {
        freed = true;
        log.closed(state.progress());
        parts.verifiers.forEach(VerifierGuard::close);
        copies.close();
        parts.onClose.accept(this);
      }
      parts.turns.end();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new FlowClosedException(
          "learner \"%s\": closed; build a new one".formatted(setup.name()));
    }
  }

  /** Saves, stops the threads and frees the working copies. The adapters stay live. */
  @Override
  public void close() {
    closed = true;
    endQueue();
    parts.turns.breakOff();
    if (!parts.turns.isMine()) { // else the group under way is this thread's own, which frees
      parts.turns.lock();
      endTurn();
    }
  }
}
