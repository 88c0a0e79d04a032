package dev.flowdpo.runtime.tiny;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Tells one word problem: an opening, events that each change what the main person has, sometimes a
 * sentence that does not matter, and a question about the last quantity.
 */
final class Story {
  private static final double CALCULATED_OPENING = 0.60;
  private static final double CALCULATED_OPENING_OF_ONE_STEP = 0.35;
  private static final double CALCULATED_ENDING = 0.50;

  private final ProblemMix mix;
  private final SplittableRandom random;
  private final Operands operands;
  private final Cast cast;
  private final List<String> sentences = new ArrayList<>();
  private final Set<Template> told = new HashSet<>();
  private final List<Step> steps = new ArrayList<>();
  private int value;
  private boolean friendOwns;

  private Story(ProblemMix mix, SplittableRandom random) {
    this.mix = mix;
    this.random = random;
    this.operands = new Operands(mix, random);
    this.cast = Cast.draw(random);
  }

  static WordProblem tell(ProblemMix mix, SplittableRandom random) {
    return new Story(mix, random).tell();
  }

  private WordProblem tell() {
    int count = 1 + Shares.draw(mix.stepShares(), random);
    boolean calculated =
        random.nextDouble() < (count == 1 ? CALCULATED_OPENING_OF_ONE_STEP : CALCULATED_OPENING);
    if (calculated) {
      openWithCalculation();
    } else {
      open();
    }
    boolean ends = steps.size() < count && random.nextDouble() < CALCULATED_ENDING;
    while (steps.size() < count - (ends ? 1 : 0)) {
      happen();
    }
    String question = ends ? end() : ask(calculated && count == 1);
    distract();
    sentences.add(question);
    return new WordProblem(String.join(" ", sentences), steps, value);
  }

  private void open() {
    value = operands.opening();
    tell(fitting(Openings.ALL, Template.NO_OPERATOR, 0), value, 0);
  }

  private void openWithCalculation() {
    Step step = operands.opening(operands.openingOperator());
    Template template = fitting(Openings.ALL, step.operator(), step.right());
    tell(template, step.left(), step.right());
    friendOwns = template.text().startsWith("{B} has");
    apply(step);
  }

  private void happen() {
    Step step = operands.next(value);
    tell(fitting(Events.ALL, step.operator(), step.right()), 0, step.right());
    apply(step);
  }

  private String end() {
    Step step = operands.next(value);
    Template template = fitting(Endings.CALCULATED, step.operator(), step.right());
    apply(step);
    return cast.fill(template, 0, step.right());
  }

  private String ask(boolean afterOpening) {
    List<Template> questions = new ArrayList<>();
    char last = steps.get(steps.size() - 1).operator();
    for (Template question : afterOpening ? Endings.AFTER_OPENING : Endings.AFTER_EVENT) {
      if (question.kinds().contains(cast.kind()) && Endings.answers(question, last)) {
        questions.add(question);
      }
    }
    boolean shared = friendOwns || steps.stream().anyMatch(step -> step.operator() == '/');
    if (!afterOpening && last == '-' && !shared) {
      // Twice, because it is the commonest wording.
      questions.add(Endings.ARE_LEFT);
      questions.add(Endings.ARE_LEFT);
    }
    return cast.fill(Cast.pick(questions, random), 0, 0);
  }

  private void distract() {
    if (random.nextDouble() < mix.distractorShare()) {
      int place = 1 + random.nextInt(sentences.size());
      Template template = Cast.pick(Distractors.ALL, random);
      sentences.add(place, cast.fill(template, 0, operands.distractor()));
    }
    // Only where asked for: a draw more would change the problems of every other mix.
    if (mix.misleadingShare() > 0 && random.nextDouble() < mix.misleadingShare()) {
      mislead();
    }
  }

  private void mislead() {
    List<Template> fitting =
        Distractors.MISLEADING.stream().filter(t -> t.kinds().contains(cast.kind())).toList();
    int place = 1 + random.nextInt(sentences.size());
    sentences.add(place, cast.fill(Cast.pick(fitting, random), 0, operands.misleading()));
  }

  private void tell(Template template, int m, int n) {
    told.add(template);
    sentences.add(cast.fill(template, m, n));
  }

  private void apply(Step step) {
    steps.add(step);
    value = step.result();
  }

  private Template fitting(List<Template> templates, char operator, int operand) {
    List<Template> fitting =
        templates.stream()
            .filter(t -> t.fits(cast.kind(), operator, operand))
            // The friend might not have as many left to give.
            .filter(t -> !(friendOwns && t.takesFromFriend()))
            .toList();
    List<Template> fresh = fitting.stream().filter(t -> !told.contains(t)).toList();
    return Cast.pick(fresh.isEmpty() ? fitting : fresh, random);
  }
}
