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
          .put('∠', "\\angle ")
          .put('∛', "\\cbrt ")
          .put('ℝ', "\\mathbb{R}")
          .put('ℤ', "\\mathbb{Z}")
          .put('ℕ', "\\mathbb{N}")
          .put('ℚ', "\\mathbb{Q}")
          .put('ℂ', "\\mathbb{C}")
          .put('′', "'")
          .put('’', "'")
          .put('⩽', "≤")
          .put('⩾', "≥")
          .put('≅', "=")
          .put('º', "°")
          .put('⇒', "→")
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
      } else if (isVulgarFraction(c)) {
        String[] parts =
            Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFKC).split("⁄", 2);
        spelled.append("\\frac{").append(parts[0]).append("}{").append(parts[1]).append('}');
      } else if (c >= '\uff01' && c <= '\uff5e') {
        spelled.append((char) (c - 0xfee0)); // full-width forms of ASCII
      } else {
        spelled.append(c);
      }
    }
    return spelled.toString();
  }

  private static boolean isVulgarFraction(char c) {
    return (c >= '\u00bc' && c <= '\u00be') || (c >= '\u2150' && c <= '\u215e');
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
