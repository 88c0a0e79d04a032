package dev.flowdpo.runtime.text.definition;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;

/**
 * A {@code tokenizer.json} that is sound and within the bounds. Special tokens that it adds at
 * ends, truncation and padding are not part of it, as they are never asked for.
 *
 * @param file where it comes from
 * @param added the tokens that are found in a text first
 * @param normalizer how text is changed before it is cut; a null node for not at all, as in the
 *     next two
 * @param preTokenizer how text is cut into words
 * @param model how a word becomes tokens
 * @param decoder how tokens become text
 */
public record TokenizerDefinition(
    Path file,
    List<AddedToken> added,
    JsonNode normalizer,
    JsonNode preTokenizer,
    TokenModel model,
    JsonNode decoder) {}
