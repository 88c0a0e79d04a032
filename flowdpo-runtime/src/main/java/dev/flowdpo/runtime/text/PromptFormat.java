package dev.flowdpo.runtime.text;

import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.value.Message;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How a question and the stop question are put to a model, as text. Thread-safe. */
interface PromptFormat {
  /** {@return everything before the answer to a question without a history} */
  default String prompt(String question) {
    return prompt(List.of(), question);
  }

  /**
   * {@return everything before the answer to the question}
   *
   * @param history what was said before the question
   * @throws InvalidInputException if there is a history and the model is no chat model
   */
  String prompt(List<Message> history, String question);

  /** {@return this format at the time of another clock} */
  default PromptFormat at(Clock clock) {
    return this;
  }

  /** {@return whether prompts may depend on the time} */
  default boolean tellsTime() {
    return false;
  }

  /** {@return what follows a partial answer and asks whether it is finished} */
  String stopQuestion();

  /** {@return the format of a model that continues text} */
  static PromptFormat plain(FlowTemplates templates) {
    return new PromptFormat() {
      @Override
      public String prompt(List<Message> history, String question) {
        if (!history.isEmpty()) {
          throw new InvalidInputException(
              "expected a single question, as the model has no chat template and so no place for"
                  + " a conversation, found "
                  + history.size()
                  + " messages before it; put them into the question");
        }
        return templates.prompt().replace(FlowTemplates.QUESTION, question);
      }

      @Override
      public String stopQuestion() {
        return templates.stopQuestion();
      }
    };
  }

  /**
   * {@return the format of a chat model: the prompt is a turn of the user, and the stop question
   * closes the model's turn and is another turn of the user}
   *
   * <p>The words between a partial answer and the model's next turn are what the template writes
   * after an assistant's turn; they do not depend on the answer, whose ids therefore stay as they
   * are. A template that knows {@code enable_thinking} is told not to think before yes or no. A
   * template that does not render a second turn gets the stop question on a new line of the answer.
   */
  static PromptFormat chat(FlowTemplates templates, ModelChatTemplate chat) {
    return chat(templates, chat, stopTurn(templates, chat));
  }

  private static PromptFormat chat(
      FlowTemplates templates, ModelChatTemplate chat, String stopQuestion) {
    return new PromptFormat() {
      @Override
      public String prompt(List<Message> history, String text) {
        List<ChatMessage> turns = new ArrayList<>();
        for (Message message : history) {
          String role = message.role().name().toLowerCase(Locale.ROOT);
          turns.add(new ChatMessage(role, message.content()));
        }
        turns.add(ChatMessage.user(templates.prompt().replace(FlowTemplates.QUESTION, text)));
        return chat.render(turns, true);
      }

      @Override
      public String stopQuestion() {
        return stopQuestion;
      }

      @Override
      public PromptFormat at(Clock clock) {
        return chat(templates, chat.at(clock), stopQuestion);
      }

      @Override
      public boolean tellsTime() {
        return chat.tellsTime();
      }
    };
  }

  private static String stopTurn(FlowTemplates templates, ModelChatTemplate chat) {
    String answer = "\uFDD2";
    List<ChatMessage> turns =
        List.of(
            ChatMessage.user("?"),
            ChatMessage.assistant(answer),
            ChatMessage.user(templates.stopQuestion()));
    String text;
    try {
      text = chat.render(turns, true, Map.of("enable_thinking", false));
    } catch (InvalidInputException e) {
      text = "";
    }
    int at = text.lastIndexOf(answer);
    boolean asked = at >= 0 && text.indexOf(templates.stopQuestion().strip(), at) >= 0;
    return asked ? text.substring(at + answer.length()) : "\n\n" + templates.stopQuestion() + "\n";
  }
}
