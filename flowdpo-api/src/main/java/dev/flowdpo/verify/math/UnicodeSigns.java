package dev.flowdpo.verify.math;

import com.google.common.collect.ImmutableMap;
import java.text.Normalizer;

/** What signs outside of ASCII stand for. */
final class UnicodeSigns {
  private static final ImmutableMap<Character, String> MEANINGS =
      ImmutableMap.<Character, String>builder()
          .put('−', "-")
          .put('–', "-")
          .put('—', "-")
          .put('‐', "-")
          .put('‑', "-")
          .put('×', "*")
          .put('·', "*")
          .put('⋅', "*")
          .put('∗', "*")
          .put('∙', "*")
          .put('÷', "/")
          .put('∕', "/")
          .put('⁄', "/")
          .put('π', "\\pi ")
          .put('∞', "\\infty ")
          .put('√', "\\sqrt ")
          .put('θ', "\\theta ")
          .put('α', "\\alpha ")
          .put('β', "\\beta ")
          .put('γ', "\\gamma ")
          .put('δ', "\\delta ")
          .put('λ', "\\lambda ")
          .put('μ', "\\mu ")
          .put('φ', "\\phi ")
          .put('ω', "\\omega ")
          .put('σ', "\\sigma ")
          .put('Δ', "\\Delta ")
          .put('∅', "\\emptyset ")
          .put('′', "'")
          .put('’', "'")
          .put('⩽', "≤")
          .put('⩾', "≥")
          .put('≈', "=")
          .put('≅', "=")
          .put('º', "°")
          .put('⇒', "→")
          .put('¼', "(1/4)")
          .put('½', "(1/2)")
          .put('¾', "(3/4)")
          .put('⅓', "(1/3)")
          .put('⅔', "(2/3)")
          .put('⅕', "(1/5)")
          .put('⅛', "(1/8)")
          .put('\u2061', "")
          .put('\u200b', "")
          .put('\ufeff', "")
          .build();

  private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ";
  private static final String SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

  private UnicodeSigns() {}

  /** Returns the text with such signs spelled the way LaTeX does. */
  static String spelled(String text) {
    if (text.chars().allMatch(c -> c < 0x80)) {
      return text;
    }
    StringBuilder spelled = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      String meaning = MEANINGS.get(c);
      if (c < 0x80) {
        spelled.append(c);
      } else if (meaning != null) {
        spelled.append(meaning);
      } else if (SUPERSCRIPTS.indexOf(c) >= 0) {
        i = script(text, i, SUPERSCRIPTS, '^', spelled);
      } else if (SUBSCRIPTS.indexOf(c) >= 0) {
        i = script(text, i, SUBSCRIPTS, '_', spelled);
      } else if (c >= '\uff01' && c <= '\uff5e') {
        spelled.append((char) (c - 0xfee0)); // full-width forms of ASCII
      } else {
        spelled.append(c);
      }
    }
    return spelled.toString();
  }

  /** Appends a run of raised or lowered signs in braces and returns the index of its last. */
  private static int script(String text, int from, String signs, char mark, StringBuilder out) {
    int end = from;
    while (end < text.length() && signs.indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    String plain = Normalizer.normalize(text.substring(from, end), Normalizer.Form.NFKC);
    out.append(mark).append('{').append(plain.replace('−', '-')).append('}');
    return end - 1;
  }
}
