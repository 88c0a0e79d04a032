package dev.flowdpo.runtime.text.bpe;

import dev.flowdpo.runtime.text.definition.AddedToken;
import dev.flowdpo.runtime.text.definition.TokenizerDefinition;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Joins the texts of tokens. Tokens of bytes in a row are characters if all of them together are
 * UTF-8, else each is U+FFFD. Immutable and thread-safe.
 */
final class CharacterDecoder {
  private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f]{2}>");
  private static final int NO_BYTE = -1;

  /** A text that stands for another one within a token. */
  record Replacement(String replaced, String content) {}

  private final @Nullable String[] texts;
  private final short[] bytes;
  private final boolean[] special;
  private final String stripped;
  private final int most;

  CharacterDecoder(
      TokenizerDefinition definition, List<Replacement> replacements, String stripped, int most) {
    int size =
        1
            + IntStream.concat(
                    definition.model().vocabulary().values().stream().mapToInt(id -> id),
                    definition.added().stream().mapToInt(AddedToken::id))
                .max()
                .orElse(-1);
    this.texts = new String[size];
    this.bytes = new short[size];
    this.special = new boolean[size];
    this.stripped = stripped;
    this.most = most;
    definition.model().vocabulary().forEach((token, id) -> texts[id] = token);
    definition
        .added()
        .forEach(
            token -> {
              texts[token.id()] = token.content();
              special[token.id()] |= token.special();
            });
    Arrays.fill(bytes, (short) NO_BYTE);
    for (int id = 0; id < size; id++) {
      String text = texts[id];
      if (text != null) {
        for (Replacement one : replacements) {
          text = text.replace(one.replaced(), one.content());
        }
        texts[id] = text;
        if (text.length() == 6 && BYTE.matcher(text).matches()) {
          bytes[id] = (short) Integer.parseInt(text.substring(3, 5), 16);
        }
      }
    }
  }

  /** {@return the text of the ids, special tokens spelled out or not} */
  String decode(int[] ids, boolean withSpecial) {
    StringBuilder text = new StringBuilder();
    ByteArrayOutputStream open = new ByteArrayOutputStream();
    for (int id : ids) {
      String token = id < texts.length && (withSpecial || !special[id]) ? texts[id] : null;
      if (token == null) {
        continue;
      }
      if (bytes[id] != NO_BYTE) {
        open.write(bytes[id]);
      } else {
        flush(open, text);
        text.append(token);
      }
    }
    flush(open, text);
    String all = text.toString();
    int start = 0;
    for (int i = 0; i < most && all.startsWith(stripped, start); i++) {
      start += stripped.length();
    }
    return all.substring(start);
  }

  private static void flush(ByteArrayOutputStream open, StringBuilder text) {
    if (open.size() > 0) {
      byte[] all = open.toByteArray();
      String characters = new String(all, StandardCharsets.UTF_8);
      boolean whole = Arrays.equals(characters.getBytes(StandardCharsets.UTF_8), all);
      text.append(whole ? characters : "\uFFFD".repeat(all.length));
      open.reset();
    }
  }
}
