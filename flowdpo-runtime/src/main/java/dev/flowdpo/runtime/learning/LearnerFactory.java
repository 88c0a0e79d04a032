package dev.flowdpo.runtime.learning;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.learning.RolloutOptions;
import dev.flowdpo.model.Precision;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.rollout.VerifierGuard;
import dev.flowdpo.runtime.adapter.AdapterSlot;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.adapter.AdapterVersions;
import dev.flowdpo.runtime.checkpoint.FolderLock;
import dev.flowdpo.runtime.inference.AdapterStopJudge;
import dev.flowdpo.runtime.inference.AnswerPolicy;
import dev.flowdpo.runtime.internal.Lookup;
import dev.flowdpo.runtime.training.PreferenceGradient;
import dev.flowdpo.spi.LearnerSetup;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Seeds;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the learners of an engine: from nothing or from a checkpoint, with or without a gate; and
 * closes those that nobody has closed. Thread-safe.
 */
final class LearnerFactory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LearnerFactory.class);

  private final LoadedModel model;
  private final AdapterVersions versions;
  private final Set<OnlineLearner> open = ConcurrentHashMap.newKeySet();

  LearnerFactory(LoadedModel model, AdapterVersions versions) {
    this.model = model;
    this.versions = versions;
  }

  /**
   * Makes a learner.
   *
   * @throws InvalidInputException if another learner owns one of its roles or its folder, here or
   *     in another process, or its checkpoint does not fit
   */
  OnlineLearner learner(LearnerSetup setup) {
    checkFolder(setup);
    checkGate(setup);
    Optional<FolderLock> lock =
        setup
            .checkpoint()
            .map(
                folder ->
                    FolderLock.take(
                        folder, LearnerCheckpoint.LOCK, "learner \"" + setup.name() + "\""));
    try {
      return learner(setup, () -> lock.ifPresent(FolderLock::close));
    } catch (RuntimeException e) {
      lock.ifPresent(FolderLock::close);
      throw e;
    }
  }

  private OnlineLearner learner(LearnerSetup setup, Runnable unlock) {
    checkFolder(setup); // again, now that nobody else writes there
    Map<String, String> settings =
        setup.checkpoint().isPresent() ? RunSettings.of(setup, engineSettings(setup)) : Map.of();
    Optional<LearnerCheckpoint> resumed =
        setup.resume()
            ? setup.checkpoint().flatMap(folder -> LearnerCheckpoint.read(folder, settings))
            : Optional.empty();
    Optional<RunTime> time = time(resumed);
    time.ifPresent(begin -> setup.validation().forEach(begin::put));
    checkValidation(setup);
    int remembered = setup.options().submissions().rememberedProblems();
    LearnerState state =
        resumed
            .map(checkpoint -> checkpoint.state(remembered))
            .orElseGet(() -> new LearnerState(new SeenProblems(remembered)));
    WorkingCopies copies = copies(setup, resumed);
    try {
      return learner(setup, recording(settings, time), resumed, state, copies, time, unlock);
    } catch (RuntimeException e) {
      copies.close();
      throw e;
    }
  }

  /** Returns the time that the problems of the run are told, if its prompts tell any. */
  private Optional<RunTime> time(Optional<LearnerCheckpoint> resumed) {
    if (!model.prompts().tellTime()) {
      return Optional.empty();
    }
    return Optional.of(
        resumed
            .flatMap(LearnerCheckpoint::promptTime)
            .map(recorded -> RunTime.recorded(model.prompts(), recorded))
            .orElseGet(() -> RunTime.now(model.prompts(), model.clock())));
  }

  private static Map<String, String> recording(
      Map<String, String> settings, Optional<RunTime> time) {
    Map<String, String> recorded = new TreeMap<>(settings);
    time.ifPresent(begin -> recorded.put(LearnerManifest.PROMPT_TIME, begin.toString()));
    return recorded;
  }

  /** What of the engine decides a run. */
  private Map<String, String> engineSettings(LearnerSetup setup) {
    Map<String, String> settings = new HashMap<>();
    settings.put("model", model.digest().get());
    settings.put("quantization", model.base().quantization().name());
    settings.put("gradients", model.base().gradients().name());
    if (model.base().precision() != Precision.F32) {
      settings.put("precision", model.base().precision().name());
    }
    if (setup.engineJudge()) {
      settings.put("stopThreshold", Double.toString(model.stopLimit().threshold()));
      if (model.stopLimit().undecidedMargin() > 0) {
        settings.put("undecidedMargin", Double.toString(model.stopLimit().undecidedMargin()));
      }
      model.stopQuestion().ifPresent(question -> settings.put("stopQuestion", question));
    }
    return settings;
  }

  private OnlineLearner learner(
      LearnerSetup setup,
      Map<String, String> settings,
      Optional<LearnerCheckpoint> resumed,
      LearnerState state,
      WorkingCopies copies,
      Optional<RunTime> time,
      Runnable unlock) {
    if (resumed.isEmpty()) {
      copies.beginFresh();
    }
    Optional<VersionFiles> files =
        setup
            .checkpoint()
            .map(folder -> new VersionFiles(folder, model.base().config(), model.name()));
    BiConsumer<AdapterVersions.Version, Long> choices =
        (version, count) -> files.ifPresent(present -> present.choose(version, count));
    versions.onChoice(choices);
    LearningTurns turns = new LearningTurns();
    VerifierGuard verifier = guard(setup);
    List<VerifierGuard> guards = new ArrayList<>(List.of(verifier));
    Publication publication = publication(setup, copies, guards, turns);
    resumed.ifPresent(checkpoint -> goOn(checkpoint, files.orElseThrow(), copies, publication));
    versions.keep(setup.options().gate().keptVersions());
    ServedSolutions solutions =
        new ServedSolutions(
            model.tokenizer(), setup.policy(), model.base().config().vocabularySize());
    GroupLearner groups =
        new GroupLearner(
            setup,
            copies,
            model.prompts(),
            solutions,
            state,
            publication,
            verifier,
            turns,
            new UndecidedJudge(setup.name(), model.stopLimit().undecidedMargin() > 0),
            model);
    PreferenceLearner.Parts parts =
        new PreferenceLearner.Parts(
            turns,
            publication,
            solutions,
            settings,
            time,
            guards,
            model.name(),
            files,
            closed -> {
              open.remove(closed);
              versions.notOnChoice(choices);
              unlock.run();
            });
    PreferenceLearner learner = new PreferenceLearner(setup, copies, parts, state, groups);
    open.add(learner);
    LOG.info(
        "Learner \"{}\": {}, {}; its defaults fit {}",
        setup.name(),
        setup.options(),
        setup.objective(),
        model.learnerDefaults().fits());
    if (setup.flow().chunkSize() > 2 * model.learningFlow().chunkSize()) {
      LOG.info(
          "Learner \"{}\": its chunks have up to {} tokens; {} of at most {} suit learning with a"
              + " model of this size, and cost less",
          setup.name(),
          setup.flow().chunkSize(),
          model.learningFlow().maxChunks(),
          model.learningFlow().chunkSize());
    }
    LOG.info(
        "Learner \"{}\": learns {} from problem {} on, version {} is live",
        setup.name(),
        setup.options().updates().roles(),
        state.problems(),
        versions.live().number());
    return learner;
  }

  private static void checkFolder(LearnerSetup setup) {
    if (setup.checkpoint().filter(LearnerCheckpoint::isIn).isPresent()
        && !setup.resume()
        && !setup.overwrite()) {
      throw new InvalidInputException(
          ("checkpoint: expected a folder without the state of a learner, found one in %s; go on"
                  + " with it by resume(true), replace it by overwrite(true), or choose another"
                  + " folder")
              .formatted(setup.checkpoint().get()));
    }
  }

  /**
   * Refuses a gate over stale rollouts, and before models that it cannot run with other adapters.
   */
  private static void checkGate(LearnerSetup setup) {
    Set<AdapterRole> roles = setup.options().updates().roles();
    boolean able =
        (setup.enginePolicy() || !roles.contains(AdapterRole.ANSWER))
            && (setup.engineJudge() || !roles.contains(AdapterRole.STOP));
    if (isGated(setup) && setup.options().rollouts().lag() > 0) {
      throw new InvalidInputException(
          ("lag: expected 0 with a gate, whose decisions rest on rollouts of the live adapters, found"
                  + " %d; leave out validation and windowProblems, or the lag")
              .formatted(setup.options().rollouts().lag()));
    }
    if (isGated(setup) && !able) {
      throw new InvalidInputException(
          "gate: expected the engine's own policy and judge for the adapters that learn, which it"
              + " runs with the candidate, found the application's; leave out validation and"
              + " windowProblems, or the policy");
    }
  }

  /** Refuses held-out problems that do not fit the model, now rather than at the first check. */
  private static void checkValidation(LearnerSetup setup) {
    for (Problem problem : setup.validation()) {
      var unused = setup.policy().promptTokens(problem);
    }
  }

  private static boolean isGated(LearnerSetup setup) {
    return !setup.validation().isEmpty() || setup.options().gate().windowProblems() > 0;
  }

  private WorkingCopies copies(LearnerSetup setup, Optional<LearnerCheckpoint> resumed) {
    LearnerOptions options = setup.options();
    PreferenceGradient gradient = PreferenceGradient.of(model.base(), model.base().gradients());
    Map<AdapterRole, AdapterLearner> learners = new EnumMap<>(AdapterRole.class);
    try {
      for (AdapterRole role : options.updates().roles()) {
        AdapterSnapshot current = versions.live(role);
        AdapterSnapshot reference =
            resumed
                .map(checkpoint -> checkpoint.reference(role, model.base().config()))
                .orElse(current);
        AdapterSnapshot initial = reference.changesModel() ? reference : fresh(options, role);
        AdapterLearner learner =
            new AdapterLearner(role, initial, reference, options, setup.objective(), gradient);
        learners.put(role, learner);
        resumed.ifPresent(
            checkpoint -> learner.restore(checkpoint.adapter(role, initial.layout().size())));
      }
      return new WorkingCopies(setup.name(), learners, versions);
    } catch (RuntimeException e) {
      learners.values().forEach(AdapterLearner::close);
      throw e;
    }
  }

  private AdapterSnapshot fresh(LearnerOptions options, AdapterRole role) {
    long seed = Seeds.mix(options.seed(), role.ordinal());
    return AdapterSnapshot.initial(model.base().config(), options.lora(), seed);
  }

  /** Makes a guard of the learner's verifier, which the caller closes. */
  static VerifierGuard guard(LearnerSetup setup) {
    RolloutOptions rollouts = setup.options().rollouts();
    return new VerifierGuard(
        setup.verifier(), rollouts.verifierTimeLimit(), rollouts.parallelVerifications());
  }

  private Publication publication(
      LearnerSetup setup, WorkingCopies copies, List<VerifierGuard> guards, LearningTurns turns) {
    PinnedModels models = new Pinned(setup);
    if (!setup.validation().isEmpty()) {
      VerifierGuard verifier = guard(setup);
      guards.add(verifier);
      return new HeldOutGate(setup, copies, models, verifier, turns);
    }
    return isGated(setup) ? new WindowGate(setup, copies, models) : new EveryUpdate(setup, copies);
  }

  /** Makes live what was live, and goes on with the gate. */
  private void goOn(
      LearnerCheckpoint checkpoint,
      VersionFiles files,
      WorkingCopies copies,
      Publication publication) {
    AdapterVersions.Kept kept = files.read(checkpoint.versions());
    if (versions.restore(kept)) {
      copies.goOnWithLive();
      files.readChosen(checkpoint.versions()).ifPresent(versions::choose);
    } else {
      publishAnew(checkpoint, copies, publication);
    }
    publication.read(checkpoint.gate());
  }

  /** Where there are no versions of before, or the flow has some of its own by now. */
  private static void publishAnew(
      LearnerCheckpoint checkpoint, WorkingCopies copies, Publication publication) {
    Map<AdapterRole, AdapterSnapshot> live = copies.snapshots();
    if (publication.isGated()) {
      copies
          .learners()
          .forEach(
              (role, learner) ->
                  checkpoint
                      .live(role, learner.layout().size())
                      .ifPresent(values -> live.put(role, learner.snapshot(values))));
    }
    copies.publish(live, OptionalDouble.empty());
  }

  /** Closes the learners that are open. */
  @Override
  public void close() {
    List.copyOf(open).forEach(OnlineLearner::close);
  }

  /** The engine's models under adapters that are not live. */
  private final class Pinned implements PinnedModels {
    private final LearnerSetup setup;

    Pinned(LearnerSetup setup) {
      this.setup = setup;
    }

    @Override
    public FlowPolicy policy(Map<AdapterRole, AdapterSnapshot> adapters) {
      if (!setup.enginePolicy() || !adapters.containsKey(AdapterRole.ANSWER)) {
        return setup.policy().snapshot();
      }
      AdapterSlot slot = new AdapterSlot(Lookup.required(adapters, AdapterRole.ANSWER));
      return new AnswerPolicy(model.base(), model.prompts(), model.tokenizer(), slot).snapshot();
    }

    @Override
    public StopJudge judge(Map<AdapterRole, AdapterSnapshot> adapters) {
      if (!setup.engineJudge() || !adapters.containsKey(AdapterRole.STOP)) {
        return setup.judge().snapshot();
      }
      AdapterSlot slot = new AdapterSlot(Lookup.required(adapters, AdapterRole.STOP));
      return new AdapterStopJudge(model.base(), model.prompts(), slot, model.stopLimit())
          .snapshot();
    }
  }
}
