package dev.flowdpo.jackson;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.flowdpo.value.Message;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One message of a conversation, with its role in lower case, as chat services write it. */
@JsonIgnoreProperties(ignoreUnknown = true)
record MessageJson(@Nullable String role, @Nullable String content) {
  static MessageJson of(Message message) {
    return new MessageJson(message.role().name().toLowerCase(Locale.ROOT), message.content());
  }

  Message message() {
    return new Message(
        Required.constant(Message.Role.class, "role", role), Required.of("content", content));
  }
}
