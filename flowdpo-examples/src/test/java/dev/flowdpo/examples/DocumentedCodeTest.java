package dev.flowdpo.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every block of Java on a page compiles, and every link of a page leads to something. */
class DocumentedCodeTest {
  /**
   * What shows that code needs a library that examples don't have. The program over Spark is
   * compiled in its own module; the beans of Quarkus were tried in an application.
   */
  private static final List<String> OF_OTHER_LIBRARIES =
      List.of("import org.apache.spark.", "@Produces");

  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(?:#[^)]*)?\\)");

  /** What the words around a block take for granted. */
  private static final String GIVEN =
      """
      import dev.flowdpo.*; import dev.flowdpo.answer.*; import dev.flowdpo.chattemplate.*;
      import dev.flowdpo.learning.*; import dev.flowdpo.model.*; import dev.flowdpo.openai.*;
      import dev.flowdpo.policy.*;
      import dev.flowdpo.preference.*; import dev.flowdpo.rollout.*; import dev.flowdpo.value.*;
      import dev.flowdpo.verify.*; import dev.flowdpo.verify.external.*;
      import dev.flowdpo.testing.*; import dev.flowdpo.testing.contract.*;
      import java.net.URI; import java.nio.file.*; import java.time.*; import java.util.*;
      import java.util.regex.*;
      """;

  private static final String FIELDS =
      """
      abstract class %s {
        Flow flow; Problem problem; List<Problem> problems; Path folder; Verifier verifier; Solution solution;
        String source; List<Map<String, Object>> tools;
      """;

  @TempDir private Path classes;

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    pages.add(ROOT.resolve("README.md"));
    pages.add(ROOT.resolve("CONTRIBUTING.md"));
    List<Path> folders = new ArrayList<>(List.of(ROOT.resolve("docs")));
    for (Path parent : List.of(ROOT, ROOT.resolve("extensions"))) {
      try (Stream<Path> modules = Files.list(parent)) {
        modules.filter(module -> Files.exists(module.resolve("pom.xml"))).forEach(folders::add);
      }
    }
    for (Path folder : folders) {
      try (Stream<Path> files = Files.list(folder)) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
      }
    }
    return pages.stream().distinct().sorted().toList();
  }

  @Test
  void codeOnPagesCompiles() throws IOException {
    Map<String, String> sources = new TreeMap<>();
    for (Path page : pages()) {
      Matcher block = BLOCK.matcher(Files.readString(page));
      for (int number = 1; block.find(); number++) {
        String name =
            (ROOT.relativize(page) + "_" + number).replaceAll("\\W+", "_").toLowerCase(Locale.ROOT);
        if (OF_OTHER_LIBRARIES.stream().noneMatch(block.group(1)::contains)) {
          sources.put(name, compilable(name, block.group(1)));
        }
      }
    }
    assertThat(sources).hasSizeGreaterThan(10);
    assertThat(errors(sources)).isEmpty();
  }

  @Test
  void codeThatDoesNotCompileIsFound() {
    String wrong = compilable("wrong", "flow.solve(problem).answer();");
    assertThat(errors(Map.of("wrong", wrong))).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadSomewhere(Path page) throws IOException {
    Matcher link = LINK.matcher(Files.readString(page));
    while (link.find()) {
      if (!link.group(1).contains("://")) {
        assertThat(page.resolveSibling(link.group(1)).normalize()).as(page.toString()).exists();
      }
    }
  }

  /** Statements become a method's, a class a nested one, and imports go to the top. */
  private static String compilable(String name, String block) {
    String imports =
        block.lines().filter(line -> line.startsWith("import ")).collect(Collectors.joining("\n"));
    String code =
        block.lines().filter(line -> !line.startsWith("import ")).collect(Collectors.joining("\n"));
    boolean type =
        code.strip()
            .matches("(?s)(?:/\\*\\*.*?\\*/\\s*)?(?:public )?(?:final )?(?:class|record) .*");
    String body = type ? code : "void run() throws Exception {\n" + code + "\n}";
    return GIVEN + imports + "\n" + FIELDS.formatted(name) + body + "\n}\n";
  }

  private List<String> errors(Map<String, String> sources) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    List<JavaFileObject> files =
        sources.entrySet().stream().map(e -> source(e.getKey(), e.getValue())).toList();
    List<String> options =
        List.of(
            "-cp", System.getProperty("java.class.path"), "-d", classes.toString(), "-proc:none");
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(found, null, null)) {
      compiler.getTask(new StringWriter(), manager, found, options, null, files).call();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found.getDiagnostics().stream()
        .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
        .map(Object::toString)
        .toList();
  }

  private static JavaFileObject source(String name, String text) {
    URI place = URI.create("string:///" + name + ".java");
    return new SimpleJavaFileObject(place, JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }
}
