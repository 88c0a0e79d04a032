package dev.flowdpo.cli.options;

import static dev.flowdpo.cli.options.LearningSetting.count;
import static dev.flowdpo.cli.options.LearningSetting.flag;
import static dev.flowdpo.cli.options.LearningSetting.list;
import static dev.flowdpo.cli.options.LearningSetting.number;
import static dev.flowdpo.cli.options.LearningSetting.text;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.Schedule;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.learning.AdapterFlowEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Every number of flow, sampler, objective and learner, as options of a command that mixes this in.
 * What is not given is what fits the model. Not thread-safe.
 */
@Command // what picocli wants of a mixin without annotated options
public final class LearningSettings {
  private static final List<LearningSetting> ALL = all();

  private final Map<String, String> given = new LinkedHashMap<>();

  /** Gives the options of the settings to every command below this one that mixes them in. */
  public static void addTo(CommandLine line) {
    CommandSpec command = line.getCommandSpec();
    command
        .mixins()
        .values()
        .forEach(
            mixin -> {
              if (mixin.userObject() instanceof LearningSettings settings) {
                ALL.forEach(setting -> command.addOption(settings.option(setting)));
              }
            });
    line.getSubcommands().values().forEach(LearningSettings::addTo);
  }

  private OptionSpec option(LearningSetting setting) {
    return OptionSpec.builder("--" + setting.name())
        .type(String.class)
        .paramLabel(setting.label())
        .description(setting.description() + "; default: what fits the model.")
        .getter(
            new CommandLine.Model.IGetter() {
              @Override
              @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals", "NullAway"})
              public <T> T get() {
                return (T) given.get(setting.name());
              }
            })
        .setter(
            new CommandLine.Model.ISetter() {
              @Override
              @SuppressWarnings({"TypeParameterUnusedInFormals", "NullAway"})
              public <T> T set(T value) {
                if (value == null) {
                  given.remove(setting.name());
                } else {
                  given.put(setting.name(), value.toString());
                }
                return value;
              }
            })
        .build();
  }

  /**
   * Returns what fits the engine's model, with what was given.
   *
   * @throws InvalidInputException if a value is none of its setting
   */
  public LearningPlan plan(AdapterFlowEngine engine) {
    return plan(LearningPlan.of(engine));
  }

  /**
   * Returns a plan with what was given.
   *
   * @throws InvalidInputException if a value is none of its setting
   */
  public LearningPlan plan(LearningPlan start) {
    LearningPlan plan = start;
    for (LearningSetting setting : ALL) {
      if (given.containsKey(setting.name())) {
        plan = setting.change().apply(plan, given.getOrDefault(setting.name(), ""));
      }
    }
    var unused = plan.objective(); // refused here where name and numbers do not go together
    return plan;
  }

  /** Returns the values of all settings that a plan has, by their keys. */
  public static Map<String, Object> values(LearningPlan plan) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (LearningSetting setting : ALL) {
      Object value = setting.value().apply(plan);
      if (value instanceof Optional<?> optional) {
        optional.ifPresent(present -> values.put(setting.name(), present));
      } else {
        values.put(setting.name(), value);
      }
    }
    return values;
  }

  /** Returns every setting, in the order of the files. */
  static List<LearningSetting> all() {
    List<LearningSetting> all = new ArrayList<>();
    all.addAll(flow());
    all.addAll(objective());
    all.addAll(groups());
    all.addAll(exploration());
    all.addAll(rates());
    all.addAll(updates());
    all.addAll(adapters());
    all.addAll(optimizer());
    all.addAll(gate());
    return List.copyOf(all);
  }

  private static List<LearningSetting> flow() {
    return List.of(
        count(
            "chunk-size",
            "The most tokens of a chunk",
            p -> p.flow().chunkSize(),
            (p, n) -> p.withFlow(flow -> flow.chunkSize(n))),
        count(
            "max-chunks",
            "The most chunks of a solution",
            p -> p.flow().maxChunks(),
            (p, n) -> p.withFlow(flow -> flow.maxChunks(n))),
        number(
            "temperature",
            "0 takes the likeliest token always",
            p -> p.flow().sampling().temperature(),
            (p, x) -> p.withFlow(flow -> flow.sampling(s -> s.temperature(x)))),
        count(
            "top-k",
            "How many of the likeliest tokens are kept, 0 for all",
            p -> p.flow().sampling().topK(),
            (p, n) -> p.withFlow(flow -> flow.sampling(s -> s.topK(n)))),
        number(
            "top-p",
            "The probability that the kept tokens reach, 1 for all",
            p -> p.flow().sampling().topP(),
            (p, x) -> p.withFlow(flow -> flow.sampling(s -> s.topP(x)))));
  }

  private static List<LearningSetting> objective() {
    return List.of(
        text(
            "objective",
            "NAME",
            "sigmoid, sigmoid-norm, cdpo, hinge, ipo, robust, apo-zero or simpo, of pairs; group-relative or"
                + " rloo, of rewards within groups",
            p -> p.choice().name(),
            (p, name) -> p.withChoice(p.choice().withName(name))),
        number(
            "beta",
            "Strength of the implicit reward",
            p -> p.choice().beta(),
            (p, x) -> p.withChoice(p.choice().withBeta(x))),
        number(
            "chosen-nll",
            "Weight of the chosen completions' mean negative log-likelihood, 0 for none",
            p -> p.choice().chosenNll(),
            (p, x) -> p.withChoice(p.choice().withChosenNll(x))),
        LearningSetting.of(
            "label-smoothing",
            "E",
            "a number",
            "For cdpo and robust: the share of pairs that are taken for swapped, in [0, 0.5), else"
                + " 0.1",
            p -> p.choice().labelSmoothing(),
            Double::valueOf,
            (p, x) -> p.withChoice(p.choice().withLabelSmoothing(x))),
        LearningSetting.of(
            "gamma",
            "G",
            "a number",
            "For simpo: the margin that is aimed at, else half of --beta",
            p -> p.choice().gamma(),
            Double::valueOf,
            (p, x) -> p.withChoice(p.choice().withGamma(x))));
  }

  private static List<LearningSetting> groups() {
    return List.of(
        flag(
            "length-normalised",
            "For groups: whether log-probabilities are means over tokens, not sums",
            p -> p.choice().group().lengthNormalised(),
            (p, b) -> p.withGroup(p.choice().group().withLengthNormalised(b))),
        flag(
            "deviation-normalised",
            "For groups: whether rewards are divided by their deviation",
            p -> p.choice().group().deviationNormalised(),
            (p, b) -> p.withGroup(p.choice().group().withDeviationNormalised(b))),
        number(
            "clip",
            "For groups: how far the ratio to the sampler counts, 0 for no clip",
            p -> p.choice().group().clip(),
            (p, x) -> p.withGroup(p.choice().group().withClip(x))),
        flag(
            "clip-of-tokens",
            "For groups: whether that ratio is one of single tokens, by a second pass",
            p -> p.choice().group().clipOfTokens(),
            (p, b) -> p.withGroup(p.choice().group().withClipOfTokens(b))),
        number(
            "kl",
            "For groups: weight of the divergence from the reference",
            p -> p.choice().group().kl(),
            (p, x) -> p.withGroup(p.choice().group().withKl(x))),
        flag(
            "kl-of-tokens",
            "For groups: whether that divergence is one of single tokens, by a second pass",
            p -> p.choice().group().klOfTokens(),
            (p, b) -> p.withGroup(p.choice().group().withKlOfTokens(b))),
        flag(
            "whole-answers",
            "For groups: whether whole answers are compared, not a node's chunks",
            p -> p.choice().group().wholeAnswers(),
            (p, b) -> p.withGroup(p.choice().group().withWholeAnswers(b))),
        count(
            "most-varied",
            "How many pairs or groups of a problem are kept for each adapter, those whose rewards"
                + " vary most, 0 for all",
            p -> p.choice().mostVaried(),
            (p, n) -> p.withChoice(p.choice().withMostVaried(n))));
  }

  private static List<LearningSetting> exploration() {
    return List.of(
        count(
            "group",
            "Problems that are rolled out as one batch",
            p -> p.learner().rollouts().problemsPerGroup(),
            (p, n) -> p.withLearner(l -> l.rollouts(r -> r.problemsPerGroup(n)))),
        count(
            "rollouts",
            "Alternative chunks at each output node",
            p -> p.learner().rollouts().rolloutsPerNode(),
            (p, n) -> p.withLearner(l -> l.rollouts(r -> r.rolloutsPerNode(n)))),
        count(
            "lag",
            "By how many groups' updates the adapters that roll out may be behind, beside which"
                + " rollouts then run: 0, 1 or 2",
            p -> p.learner().rollouts().lag(),
            (p, n) -> p.withLearner(l -> l.rollouts(r -> r.lag(n)))),
        count(
            "parallel-verifications",
            "How many answers are judged at one time",
            p -> p.learner().rollouts().parallelVerifications(),
            (p, n) -> p.withLearner(l -> l.rollouts(r -> r.parallelVerifications(n)))),
        number(
            "reward-margin",
            "The least difference of rewards that forms a pair",
            p -> p.learner().pairs().rewardMargin(),
            (p, x) -> p.withLearner(l -> l.pairs(pairs -> pairs.rewardMargin(x)))),
        flag(
            "prefer-earlier-stop",
            "Whether stopping is preferred where going on is as right",
            p -> p.learner().pairs().preferEarlierStopOnTie(),
            (p, b) -> p.withLearner(l -> l.pairs(pairs -> pairs.preferEarlierStopOnTie(b)))));
  }

  private static List<LearningSetting> rates() {
    return List.of(
        number(
            "answer-rate",
            "Peak learning rate of the Answer adapter",
            p -> p.learner().rates().answer(),
            (p, x) -> p.withLearner(l -> l.rates(r -> r.answer(x)))),
        number(
            "stop-rate",
            "Peak learning rate of the Stop adapter",
            p -> p.learner().rates().stop(),
            (p, x) -> p.withLearner(l -> l.rates(r -> r.stop(x)))),
        count(
            "warmup-updates",
            "Updates over which the rates rise",
            p -> p.learner().rates().warmupUpdates(),
            (p, n) -> p.withLearner(l -> l.rates(r -> r.warmupUpdates(n)))),
        text(
            "schedule",
            "NAME",
            "How the rates go on: "
                + names(Schedule.values())
                + ", falling to 0 at the last problem",
            p -> p.learner().rates().schedule().name().toLowerCase(Locale.ROOT),
            LearningSettings::withSchedule));
  }

  /** Where a falling schedule ends, which is the run's number of problems, the run says. */
  private static LearningPlan withSchedule(LearningPlan plan, String name) {
    Schedule schedule = named(Schedule.values(), name);
    return plan.withLearner(
        learner ->
            learner.rates(
                rates -> {
                  rates.schedule(schedule);
                  if (schedule != Schedule.CONSTANT) {
                    rates.totalProblems(Math.max(1, plan.learner().rates().totalProblems()));
                  }
                }));
  }

  private static List<LearningSetting> updates() {
    return List.of(
        count(
            "answer-pairs",
            "Pairs of an update of the Answer adapter",
            p -> p.learner().updates().pairsPerAnswerUpdate(),
            (p, n) -> p.withLearner(l -> l.updates(u -> u.pairsPerAnswerUpdate(n)))),
        count(
            "stop-pairs",
            "Pairs of an update of the Stop adapter",
            p -> p.learner().updates().pairsPerStopUpdate(),
            (p, n) -> p.withLearner(l -> l.updates(u -> u.pairsPerStopUpdate(n)))),
        text(
            "roles",
            "NAME,…",
            "The adapters that learn, of answer and stop",
            p ->
                p.learner().updates().roles().stream()
                    .map(AdapterRole::folderName)
                    .collect(Collectors.joining(",")),
            (p, names) ->
                p.withLearner(
                    l ->
                        l.updates(
                            u ->
                                u.roles(
                                    list(names).stream()
                                        .map(name -> named(AdapterRole.values(), name))
                                        .collect(Collectors.toSet()))))),
        count(
            "reference-refresh",
            "After how many updates the reference moves up, 0 for never",
            p -> p.learner().updates().referenceRefreshUpdates(),
            (p, n) -> p.withLearner(l -> l.updates(u -> u.referenceRefreshUpdates(n)))),
        count(
            "checkpoint-every",
            "Problems between two checkpoints",
            p -> p.learner().checkpointEveryProblems(),
            (p, n) -> p.withLearner(l -> l.checkpointEveryProblems(n))));
  }

  private static List<LearningSetting> adapters() {
    return List.of(
        count(
            "lora-rank",
            "Rank of fresh adapters",
            p -> p.learner().lora().rank(),
            (p, n) -> p.withLearner(l -> l.lora(lora -> lora.rank(n)))),
        number(
            "lora-alpha",
            "Alpha of fresh adapters, whose output is scaled by alpha / rank",
            p -> p.learner().lora().alpha(),
            (p, x) -> p.withLearner(l -> l.lora(lora -> lora.alpha(x)))),
        number(
            "lora-dropout",
            "The chance that an adapter's input element is dropped in training",
            p -> p.learner().lora().dropout(),
            (p, x) -> p.withLearner(l -> l.lora(lora -> lora.dropout(x)))),
        text(
            "lora-modules",
            "NAME,…",
            "The linear layers that adapters change, as in PEFT, none for all",
            p -> String.join(",", p.learner().lora().targetModules()),
            (p, names) -> p.withLearner(l -> l.lora(lora -> lora.targetModules(list(names))))));
  }

  private static List<LearningSetting> optimizer() {
    return List.of(
        number(
            "adam-beta1",
            "Decay of the first moment",
            p -> p.learner().optimizer().adamBeta1(),
            (p, x) -> p.withLearner(l -> l.optimizer(o -> o.adamBeta1(x)))),
        number(
            "adam-beta2",
            "Decay of the second moment",
            p -> p.learner().optimizer().adamBeta2(),
            (p, x) -> p.withLearner(l -> l.optimizer(o -> o.adamBeta2(x)))),
        number(
            "adam-epsilon",
            "AdamW's epsilon",
            p -> p.learner().optimizer().adamEpsilon(),
            (p, x) -> p.withLearner(l -> l.optimizer(o -> o.adamEpsilon(x)))),
        number(
            "weight-decay",
            "Decoupled weight decay",
            p -> p.learner().optimizer().weightDecay(),
            (p, x) -> p.withLearner(l -> l.optimizer(o -> o.weightDecay(x)))),
        number(
            "clip-norm",
            "The largest norm of a gradient, to which longer ones are scaled",
            p -> p.learner().optimizer().clipNorm(),
            (p, x) -> p.withLearner(l -> l.optimizer(o -> o.clipNorm(x)))),
        number(
            "skip-norm",
            "The norm of a gradient above which its update is not made",
            p -> p.learner().optimizer().skipNorm(),
            (p, x) -> p.withLearner(l -> l.optimizer(o -> o.skipNorm(x)))));
  }

  private static List<LearningSetting> gate() {
    return List.of(
        count(
            "gate-window",
            "Problems over which candidate and live adapters are compared, 0 for no gate",
            p -> p.learner().gate().windowProblems(),
            (p, n) -> p.withLearner(l -> l.gate(g -> g.windowProblems(n)))),
        count(
            "gate-every",
            "Updates after which a candidate is compared",
            p -> p.learner().gate().everyUpdates(),
            (p, n) -> p.withLearner(l -> l.gate(g -> g.everyUpdates(n)))),
        number(
            "gate-tolerance",
            "By how much accuracy a candidate may be worse",
            p -> p.learner().gate().tolerance(),
            (p, x) -> p.withLearner(l -> l.gate(g -> g.tolerance(x)))),
        count(
            "gate-refusals",
            "Refused candidates after which learning goes back to the live adapters",
            p -> p.learner().gate().refusalsBeforeReset(),
            (p, n) -> p.withLearner(l -> l.gate(g -> g.refusalsBeforeReset(n)))),
        count(
            "kept-versions",
            "Versions of the adapters that are kept",
            p -> p.learner().gate().keptVersions(),
            (p, n) -> p.withLearner(l -> l.gate(g -> g.keptVersions(n)))));
  }

  private static <E extends Enum<E>> E named(E[] values, String name) {
    return Arrays.stream(values)
        .filter(value -> value.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "expected %s, found \"%s\"".formatted(names(values), name)));
  }

  private static String names(Enum<?>[] values) {
    return Arrays.stream(values)
        .map(value -> value.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(" or "));
  }
}
