package dev.flowdpo.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Lays out a report as one page with its style sheet and script in it. It holds no scripts, fonts
 * or pictures from elsewhere, and forbids them to the browser. Stateless.
 */
final class ReportPage {
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

  private ReportPage() {}

  static String of(Report report) {
    Html html = new Html().markup("<!DOCTYPE html>\n").open("html", "lang", "en");
    head(html, report);
    html.open("body").element("a", "Skip to the content", "class", "skip", "href", "#content");
    html.open("div", "class", "page").line();
    masthead(html, report);
    tiles(html, report.tiles());
    List<String> anchors = anchors(report);
    contents(html, report, anchors);
    html.open("main", "id", "content");
    BlockHtml blocks = new BlockHtml();
    for (int i = 0; i < report.sections().size(); i++) {
      Section section = report.sections().get(i);
      html.open("section", "id", anchors.get(i)).element("h2", section.title()).line();
      section.blocks().forEach(block -> blocks.append(html, block));
      html.close().line();
    }
    html.close().element("footer", "Written by FlowDPO. This page needs no network.").close();
    html.open("script").markup(inline("report.js", "//")).close();
    return html.close().close().line().toString();
  }

  private static void head(Html html, Report report) {
    html.open("head").empty("meta", "charset", "utf-8");
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.empty("meta", "http-equiv", "Content-Security-Policy", "content", POLICY);
    html.element("title", report.title());
    html.open("style").markup(inline("report.css", "")).close().close().line();
  }

  private static void masthead(Html html, Report report) {
    html.open("header", "class", "masthead").element("p", "FlowDPO report", "class", "kind");
    html.element("h1", report.title());
    if (!report.subtitle().isBlank()) {
      html.element("p", report.subtitle(), "class", "subtitle");
    }
    html.close().line();
  }

  private static void tiles(Html html, List<Tile> tiles) {
    if (tiles.isEmpty()) {
      return;
    }
    html.open("ul", "class", "tiles", "aria-label", "Headline figures");
    for (Tile tile : tiles) {
      html.open("li", "class", "tile " + tile.tone().cssClass());
      html.element("span", tile.label(), "class", "label");
      html.element("span", tile.value(), "class", "figure");
      if (!tile.delta().isBlank()) {
        html.element("span", tile.delta(), "class", "delta");
      }
      if (!tile.interval().isBlank()) {
        html.element("span", tile.interval(), "class", "range");
      }
      html.close().line();
    }
    html.close().line();
  }

  private static List<String> anchors(Report report) {
    FileNames names = new FileNames();
    List<String> anchors = new ArrayList<>();
    report.sections().forEach(section -> anchors.add(names.of("section-", section.title())));
    return anchors;
  }

  private static void contents(Html html, Report report, List<String> anchors) {
    html.open("nav", "class", "contents", "aria-label", "Contents");
    html.element("h2", "Contents").open("ol");
    for (int i = 0; i < anchors.size(); i++) {
      String title = report.sections().get(i).title();
      html.open("li").element("a", title, "href", "#" + anchors.get(i)).close();
    }
    html.close().close().line();
  }

  /** Returns a resource so that neither HTML nor XML takes anything in it for markup. */
  private static String inline(String name, String comment) {
    try (InputStream in =
        Objects.requireNonNull(ReportPage.class.getResourceAsStream(name), name)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return comment.isEmpty() ? text : comment + "<![CDATA[\n" + text + comment + "]]>\n";
    } catch (IOException e) {
      throw new UncheckedIOException("resource " + name + ": " + e.getMessage(), e);
    }
  }
}
