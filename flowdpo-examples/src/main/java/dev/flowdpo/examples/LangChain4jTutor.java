package dev.flowdpo.examples;

import dev.flowdpo.Flow;
import dev.flowdpo.langchain4j.FlowChatModel;
import dev.flowdpo.langchain4j.FlowStreamingChatModel;
import dev.flowdpo.learning.OnlineLearner;
import dev.flowdpo.value.Problem;
import dev.flowdpo.verify.MathAnswerVerifier;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An AI service of LangChain4j that a flow answers, and that answers better as the flow learns. */
public final class LangChain4jTutor {
  private LangChain4jTutor() {}

  /** What the application calls; LangChain4j implements it. */
  interface Tutor {
    String answer(String question);

    TokenStream explain(String question);
  }

  /** Answers, learns from problems with known answers, and answers again. */
  public static void main(String[] arguments) {
    String question = "Tom has 3 bags with 4 apples each. He eats 2. How many apples are left?";
    try (Flow flow = Flow.builder().build();
        OnlineLearner learner = flow.learner().verifier(new MathAnswerVerifier()).build()) {
      Tutor tutor =
          AiServices.builder(Tutor.class)
              .chatModel(FlowChatModel.builder().flow(flow).build())
              .streamingChatModel(FlowStreamingChatModel.builder().flow(flow).build())
              .build();
      System.out.println(tutor.answer(question));
      learner.learn(List.of(Problem.of(question, "10")));
      ChatResponse reply = stream(tutor, question);
      System.out.println("\n" + reply.finishReason() + ", " + reply.tokenUsage());
    }
  }

  private static ChatResponse stream(Tutor tutor, String question) {
    CompletableFuture<ChatResponse> reply = new CompletableFuture<>();
    tutor
        .explain(question)
        .onPartialResponse(System.out::print)
        .onCompleteResponse(reply::complete)
        .onError(reply::completeExceptionally)
        .start();
    return reply.join();
  }
}
