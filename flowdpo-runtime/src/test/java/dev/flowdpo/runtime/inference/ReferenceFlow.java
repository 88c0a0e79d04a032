package dev.flowdpo.runtime.inference;

import dev.flowdpo.policy.PartialAnswer;
import dev.flowdpo.policy.SamplingOptions;
import dev.flowdpo.runtime.adapter.AdapterSlot;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.reference.Reference;
import dev.flowdpo.runtime.text.FlowTemplates;
import dev.flowdpo.runtime.text.Prompts;
import dev.flowdpo.runtime.training.Completion;
import dev.flowdpo.runtime.training.CompletionScorer;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.TokenIds;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A checkpoint of the PyTorch reference as a flow reads it: prompts of letters, policy and judge.
 */
final class ReferenceFlow {
  static final int[] STOP_QUESTION = {7, 40, 11};
  static final int YES = 20;
  static final int NO = 33;

  private final Reference reference;
  private final FrozenBase base;
  private final AdapterSnapshot adapter;
  private final LetterTokenizer tokenizer;
  private final Prompts prompts;

  ReferenceFlow(String name, boolean adapter) {
    this(name, adapter, Reference.of(name).base());
  }

  /** A flow of its own sessions, for settings that differ. */
  ReferenceFlow(String name, boolean adapter, FrozenBase base) {
    this.reference = Reference.of(name);
    this.base = base;
    this.adapter = reference.adapter(adapter);
    ModelConfig config = base.config();
    this.tokenizer = new LetterTokenizer(config.vocabularySize(), config.endOfSequenceIds());
    FlowTemplates templates =
        new FlowTemplates(
            FlowTemplates.QUESTION + LetterTokenizer.letters(3),
            LetterTokenizer.letters(STOP_QUESTION),
            LetterTokenizer.letters(YES, 4),
            LetterTokenizer.letters(NO),
            7,
            5,
            SamplingOptions.of(1));
    this.prompts = new Prompts(tokenizer, templates, config);
  }

  FrozenBase base() {
    return base;
  }

  ModelConfig config() {
    return base.config();
  }

  AdapterSnapshot adapter() {
    return adapter;
  }

  Prompts prompts() {
    return prompts;
  }

  LetterTokenizer tokenizer() {
    return tokenizer;
  }

  AdapterSlot slot() {
    return new AdapterSlot(adapter);
  }

  AnswerPolicy policy() {
    return new AnswerPolicy(base, prompts, tokenizer, slot());
  }

  AdapterStopJudge judge() {
    return new AdapterStopJudge(base, prompts, slot(), 0.5);
  }

  boolean isEnd(int token) {
    return config().endOfSequenceIds().contains(token);
  }

  /** Returns a problem with a question of so many tokens. */
  Problem problem(Random random, int length) {
    int[] question = random.ints(length, 0, config().vocabularySize()).toArray();
    return Problem.of(LetterTokenizer.letters(question));
  }

  /** Returns everything the policy reads before it goes on with an answer. */
  int[] read(PartialAnswer answer) {
    return prompts.answerPrompt(answer).toArray();
  }

  /** Returns the log-probabilities of tokens after an answer, from one pass over the whole text. */
  float[] scores(PartialAnswer answer, TokenIds tokens) {
    return new CompletionScorer(base)
        .tokenLogProbabilities(adapter, List.of(new Completion(read(answer), tokens.toArray())))
        .get(0);
  }

  /**
   * Returns the log-probability of every token of the vocabulary after each text, without anything
   * remembered from before.
   */
  List<float[]> next(List<int[]> texts) {
    int[] vocabulary = new int[config().vocabularySize()];
    Arrays.setAll(vocabulary, id -> id);
    return new Prefill(base)
            .run(
                adapter,
                texts.stream().map(text -> new Prefill.Request(KvPath.EMPTY, text)).toList(),
                vocabulary)
            .stream()
            .map(Prefill.Result::logProbabilities)
            .toList();
  }
}
