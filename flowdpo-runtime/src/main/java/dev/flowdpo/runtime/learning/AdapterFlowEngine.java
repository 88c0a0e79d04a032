package dev.flowdpo.runtime.learning;

import com.google.common.base.Suppliers;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.FlowAdapters;
import dev.flowdpo.learning.LearnerOptions;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.model.ModelOptions;
import dev.flowdpo.policy.FlowOptions;
import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.preference.DpoObjective;
import dev.flowdpo.runtime.adapter.AdapterSlot;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.adapter.AdapterVersions;
import dev.flowdpo.runtime.checkpoint.Checkpoint;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.checkpoint.PeftAdapters;
import dev.flowdpo.runtime.data.ModelTokens;
import dev.flowdpo.runtime.inference.AdapterStopJudge;
import dev.flowdpo.runtime.inference.AnswerPolicy;
import dev.flowdpo.runtime.inference.FrozenBase;
import dev.flowdpo.runtime.inference.SessionSettings;
import dev.flowdpo.runtime.inference.StopLimit;
import dev.flowdpo.runtime.internal.Lookup;
import dev.flowdpo.runtime.model.ModelSource;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.text.PromptSettings;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.text.Tokenizer;
import dev.flowdpo.runtime.training.TrainerOptions;
import dev.flowdpo.spi.FlowEngine;
import dev.flowdpo.spi.LearnerSetup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One frozen base with an Answer and a Stop adapter: what {@code Flow.builder()} opens when this
 * module is on the class path.
 *
 * <p>Thread-safe; owns the model's native memory.
 */
public final class AdapterFlowEngine implements FlowEngine {
  private final LoadedModel model;
  private final AnswerPolicy policy;
  private final AdapterStopJudge judge;
  private final AdapterSlot stopSlot;
  private final AdapterVersions versions;
  private final LearnerFactory learners;

  /** The engines of named adapters; all of a base share this map, and the first closes them. */
  private final Map<String, AdapterFlowEngine> named;

  private final boolean first;

  /** The engine that owns the model. */
  private AdapterFlowEngine(LoadedModel model, Optional<Path> adapters) {
    this(
        model,
        slots(model.base().config(), adapters),
        adapters.map(Path::toString).orElse("the base alone"),
        new ConcurrentHashMap<>(),
        true);
  }

  private AdapterFlowEngine(
      LoadedModel model,
      Map<AdapterRole, AdapterSlot> slots,
      String adapters,
      Map<String, AdapterFlowEngine> named,
      boolean first) {
    this.model = model;
    this.named = named;
    this.first = first;
    FrozenBase base = model.base();
    this.versions =
        new AdapterVersions(slots, adapters, folder -> snapshots(base.config(), folder));
    this.learners = new LearnerFactory(model, versions);
    AdapterSlot answer = Lookup.required(slots, AdapterRole.ANSWER);
    this.policy = new AnswerPolicy(base, model.prompts(), model.tokenizer(), answer);
    this.stopSlot = Lookup.required(slots, AdapterRole.STOP);
    this.judge = new AdapterStopJudge(base, model.prompts(), stopSlot, model.stopLimit());
  }

  /**
   * Opens a model.
   *
   * @param path a Hugging Face folder: config.json, *.safetensors, tokenizer.json and, for prompts
   *     and sizes of its own, flow.json; or a GGUF file; see {@link Prompts#read} for chat models
   * @param adapters a folder with the sub-folders {@code answer} and {@code stop}, one of which may
   *     be missing
   * @param defaults what a learner uses of a model of this shape where the application sets nothing
   * @param trainerDefaults what a compiler uses where the application sets nothing
   * @param options what the judge asks and when it stops, and what chat templates tell the time by
   * @throws InvalidInputException if a file is missing, damaged or does not fit
   */
  public static AdapterFlowEngine open(
      Path path,
      Optional<Path> adapters,
      Function<ModelConfig, LearningDefaults> defaults,
      TrainerOptions trainerDefaults,
      SessionSettings settings,
      ModelOptions options) {
    ModelSource source = ModelSource.of(path);
    Checkpoint checkpoint = source.open();
    FrozenBase base = FrozenBase.load(checkpoint, settings);
    try {
      Tokenizer tokenizer = source.tokenizer();
      try {
        PromptSettings words = source.promptSettings();
        Clock clock = options.clock();
        Function<Optional<String>, Prompts> asking =
            question -> Prompts.of(words, tokenizer, base.config(), clock, question);
        Prompts prompts = asking.apply(options.stopQuestion());
        LearningDefaults learning = defaults.apply(base.config());
        return new AdapterFlowEngine(
            new LoadedModel(
                base,
                tokenizer,
                prompts,
                question -> asking.apply(Optional.of(question)),
                learning,
                learningFlow(prompts.templates(), words, learning),
                trainerDefaults,
                source.name(),
                Suppliers.memoize(checkpoint::digest)::get,
                options.stopQuestion(),
                StopLimit.of(options),
                clock),
            adapters);
      } catch (RuntimeException e) {
        tokenizer.close();
        throw e;
      }
    } catch (RuntimeException e) {
      base.close();
      throw e;
    }
  }

  /** Sizes that the model's files state are its makers' choice. */
  private static FlowOptions learningFlow(
      FlowTemplates templates, PromptSettings words, LearningDefaults learning) {
    FlowOptions options = templates.options(0);
    return FlowTemplates.statesSizes(words.flowJson())
        ? options
        : options.toBuilder()
            .chunkSize(learning.chunkSize())
            .maxChunks(learning.maxChunks())
            .build();
  }

  private static Map<AdapterRole, AdapterSlot> slots(ModelConfig config, Optional<Path> adapters) {
    Map<AdapterRole, AdapterSlot> slots = new EnumMap<>(AdapterRole.class);
    for (AdapterRole role : AdapterRole.values()) {
      slots.put(role, new AdapterSlot(AdapterSnapshot.none(config)));
    }
    adapters.ifPresent(
        folder ->
            snapshots(config, folder)
                .forEach((role, snapshot) -> Lookup.required(slots, role).publish(snapshot)));
    return slots;
  }

  /** Reads the adapters of a folder; a missing one changes nothing. */
  private static Map<AdapterRole, AdapterSnapshot> snapshots(ModelConfig config, Path adapters) {
    Map<AdapterRole, AdapterSnapshot> snapshots = new EnumMap<>(AdapterRole.class);
    boolean found = false;
    for (AdapterRole role : AdapterRole.values()) {
      Path folder = adapters.resolve(role.folderName());
      boolean given = Files.isDirectory(folder);
      found |= given;
      snapshots.put(
          role,
          given
              ? AdapterSnapshot.of(config, PeftAdapters.read(folder, config))
              : AdapterSnapshot.none(config));
    }
    if (!found) {
      throw new InvalidInputException(
          adapters + ": expected a folder with the adapter folders answer or stop, found neither");
    }
    return snapshots;
  }

  @Override
  public FlowPolicy policy() {
    return policy;
  }

  @Override
  public StopJudge judge() {
    return judge;
  }

  /** {@return the model's text and ids, for files of pairs and examples; usable until closed} */
  public ModelTokens tokens() {
    return new ModelTokens(model.tokenizer(), model.prompts(), base().config());
  }

  /** {@return the frozen model, to train on; closed with this engine} */
  public FrozenBase base() {
    return model.base();
  }

  /**
   * {@return what adapter folders name as their base: the model folder's absolute path, or the name
   * of a GGUF file}
   */
  public String modelName() {
    return model.name();
  }

  /** {@return what names the content of the model's files; computed once, which reads them} */
  public String modelDigest() {
    return model.digest().get();
  }

  /**
   * A policy and a judge that keep their adapters.
   *
   * @param policy writes under the Answer adapter
   * @param judge decides under the Stop adapter
   */
  public record Models(FlowPolicy policy, StopJudge judge) {}

  /**
   * {@return models under the adapters of a folder, whatever is live; usable until closed}
   *
   * @param adapters a folder with the sub-folders {@code answer} and {@code stop}; empty for the
   *     base alone
   * @throws InvalidInputException if they cannot be read or do not fit
   */
  public Models with(Optional<Path> adapters) {
    Map<AdapterRole, AdapterSlot> own = slots(base().config(), adapters);
    return new Models(
        new AnswerPolicy(
                base(),
                model.prompts(),
                model.tokenizer(),
                Lookup.required(own, AdapterRole.ANSWER))
            .snapshot(),
        new AdapterStopJudge(
                base(), model.prompts(), Lookup.required(own, AdapterRole.STOP), model.stopLimit())
            .snapshot());
  }

  @Override
  public Optional<String> stopQuestion() {
    return Optional.of(model.prompts().templates().stopQuestion());
  }

  @Override
  public StopJudge judgeThatAsks(String stopQuestion) {
    return new AdapterStopJudge(
        model.base(), model.asking().apply(stopQuestion), stopSlot, model.stopLimit());
  }

  @Override
  public FlowOptions defaultOptions() {
    return model.prompts().templates().options(0);
  }

  @Override
  public LearnerOptions defaultLearnerOptions() {
    return model.learnerDefaults().learner();
  }

  @Override
  public DpoObjective defaultObjective() {
    return model.learnerDefaults().objective();
  }

  /** {@return the settings that fit the model, and why} */
  public LearningDefaults learningDefaults() {
    return model.learnerDefaults();
  }

  /**
   * {@return how a flow should write that learns, where an application sets nothing: as {@link
   * #defaultOptions}, but with chunks that fit the model's size where its files state none}
   */
  public FlowOptions learningFlow() {
    return model.learningFlow();
  }

  @Override
  public OnlineLearner learner(LearnerSetup setup) {
    if (setup.policy() != policy && !setup.policy().sharesEngineTokens()) {
      throw foreign("policy", "FlowPolicy", setup.policy());
    }
    if (setup.judge() != judge && !setup.judge().sharesEngineTokens()) {
      throw foreign("judge", "StopJudge", setup.judge());
    }
    return learners.learner(setup);
  }

  private InvalidInputException foreign(String name, String type, Object found) {
    return new InvalidInputException(
        ("%s: expected one whose token ids are those of the engine's model %s, which is to learn"
                + " from them, found %s, which may have another vocabulary. Leave the %s to the"
                + " engine, or, if its ids are the engine's, let %s.sharesEngineTokens() return true")
            .formatted(name, model.name(), found.getClass().getName(), name, type));
  }

  /** {@return what trains adapters on traces, with all its settings} */
  @Override
  public TraceTraining compiler() {
    return new TraceTraining(this, model.trainerDefaults());
  }

  @Override
  public FlowAdapters adapters() {
    return versions;
  }

  @Override
  public AdapterFlowEngine named(String name) {
    return named.computeIfAbsent(
        name,
        unused ->
            new AdapterFlowEngine(
                model,
                slots(model.base().config(), Optional.empty()),
                "the base alone",
                named,
                false));
  }

  @Override
  public <T> T atOneVersion(Supplier<T> snapshots) {
    return versions.whileUnchanged(snapshots);
  }

  /**
   * Closes the learners, those of named adapters too, and frees the model and the tokenizer; an
   * engine of named adapters closes its learners alone.
   */
  @Override
  public void close() {
    learners.close();
    if (first) {
      named.values().forEach(AdapterFlowEngine::close);
      model.close();
    }
  }
}
