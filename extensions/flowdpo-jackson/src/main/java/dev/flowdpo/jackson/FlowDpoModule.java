package dev.flowdpo.jackson;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.deser.std.StdDelegatingDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdDelegatingSerializer;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.StdConverter;
import dev.flowdpo.answer.ExtractedAnswer;
import dev.flowdpo.rollout.Verdict;
import dev.flowdpo.value.Message;
import dev.flowdpo.value.Problem;
import dev.flowdpo.value.Solution;
import dev.flowdpo.value.SolutionChunk;
import dev.flowdpo.value.TokenIds;
import dev.flowdpo.value.Usage;
import java.util.function.Function;

/**
 * Teaches Jackson to write {@link Problem}, {@link Message}, {@link Solution}, {@link
 * SolutionChunk}, {@link Usage}, {@link TokenIds}, {@link Verdict} and {@link ExtractedAnswer} as
 * JSON, and to read what it wrote into an equal value. What is absent is left out; properties that
 * are not known are passed over, so that JSON of a later version can be read.
 *
 * <pre>{@code
 * ObjectMapper mapper = JsonMapper.builder().addModule(new FlowDpoModule()).build();
 * String json = mapper.writeValueAsString(solution);
 * }</pre>
 *
 * Also found by {@link com.fasterxml.jackson.databind.ObjectMapper#findAndRegisterModules()}. A
 * mapper that has it is as thread-safe as any.
 */
public final class FlowDpoModule extends SimpleModule {
  private static final long serialVersionUID = 1;

  /** Makes the module. */
  public FlowDpoModule() {
    super("flowdpo");
    written(TokenIds.class, int[].class, TokenIds::toArray, TokenIds::copyOf);
    written(Message.class, MessageJson.class, MessageJson::of, MessageJson::message);
    written(Problem.class, ProblemJson.class, ProblemJson::of, ProblemJson::problem);
    written(Usage.class, UsageJson.class, UsageJson::of, UsageJson::usage);
    written(SolutionChunk.class, ChunkJson.class, ChunkJson::of, ChunkJson::chunk);
    written(Solution.class, SolutionJson.class, SolutionJson::of, SolutionJson::solution);
    written(ExtractedAnswer.class, AnswerJson.class, AnswerJson::of, AnswerJson::answer);
    written(Verdict.class, VerdictJson.class, VerdictJson::of, VerdictJson::verdict);
  }

  /** Writes a value in the form that stands for it, and reads it from there. */
  private <T, F> void written(
      Class<T> type, Class<F> form, Function<T, F> toForm, Function<F, T> fromForm) {
    addSerializer(type, new StdDelegatingSerializer(type, new Conversion<>(type, form, toForm)));
    addDeserializer(type, new StdDelegatingDeserializer<>(new Conversion<>(form, type, fromForm)));
  }

  private static final class Conversion<I, O> extends StdConverter<I, O> {
    private final Class<I> input;
    private final Class<O> output;
    private final Function<I, O> function;

    Conversion(Class<I> input, Class<O> output, Function<I, O> function) {
      this.input = input;
      this.output = output;
      this.function = function;
    }

    @Override
    public O convert(I value) {
      return function.apply(value);
    }

    // Asked for here, since they can't be read off the type arguments of a lambda.
    @Override
    public JavaType getInputType(TypeFactory types) {
      return types.constructType(input);
    }

    @Override
    public JavaType getOutputType(TypeFactory types) {
      return types.constructType(output);
    }
  }
}
