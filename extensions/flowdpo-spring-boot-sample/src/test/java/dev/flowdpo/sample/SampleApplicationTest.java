package dev.flowdpo.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.flowdpo.policy.FlowListener;
import dev.flowdpo.value.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The application over HTTP, as its users see it. */
@Timeout(120)
class SampleApplicationTest {
  private static final String QUESTION =
      "Tom has 3 bags with 4 apples each. He eats 2. How many apples are left?";
  private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
  private static final Pattern NUMBER = Pattern.compile("\"number\":(\\d+),\"live\":(true|false)");

  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir private Path folder;

  /** Clients that read slowly, so that solves are under way when the application ends. */
  @Configuration
  static class SlowClients {
    @Bean
    FlowListener slow() {
      return new FlowListener() {
        @Override
        public void onText(Problem problem, int index, String text) {
          try {
            Thread.sleep(100);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
      };
    }
  }

  private ConfigurableApplicationContext started(Class<?>... more) {
    List<Class<?>> sources = new ArrayList<>(List.of(more));
    sources.add(SampleApplication.class);
    return new SpringApplicationBuilder(sources.toArray(Class<?>[]::new))
        .properties("spring.main.banner-mode=off")
        .run(
            "--server.port=0",
            "--flowdpo.learner.checkpoint=" + folder.resolve("state"),
            "--flowdpo.learner.group-wait=10ms");
  }

  private static HttpRequest.Builder request(ConfigurableApplicationContext context, String path) {
    int port = ((WebServerApplicationContext) context).getWebServer().getPort();
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
  }

  private String get(ConfigurableApplicationContext context, String path) throws Exception {
    return client.send(request(context, path).build(), BodyHandlers.ofString()).body();
  }

  private HttpResponse<String> post(
      ConfigurableApplicationContext context, String path, String type, String body)
      throws Exception {
    return client.send(
        request(context, path)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  void solvesLearnsShowsAndGoesOnAfterARestart() throws Exception {
    int learned = 0;
    try (ConfigurableApplicationContext context = started()) {
      for (int asked = 1; numbers(get(context, "/actuator/flowadapters")).size() < 2; asked++) {
        String events = solved(context, 3 * asked, asked + 4);
        Matcher id = ID.matcher(events);
        assertThat(id.find()).isTrue();
        String feedback =
            "{\"solution\": \"%s\", \"answer\": \"%d\"}".formatted(id.group(1), 4 * asked + 4);
        assertThat(post(context, "/feedback", "application/json", feedback).statusCode())
            .isEqualTo(202);
        assertThat(post(context, "/feedback", "application/json", feedback).statusCode())
            .isEqualTo(404);
        while (!get(context, "/actuator/health").contains("\"problems\":" + asked)) {
          Thread.sleep(20); // until the learner has taken it up
        }
        learned = asked;
      }
      assertThat(post(context, "/solve", "text/plain", " ").statusCode()).isEqualTo(400);

      List<Long> versions = numbers(get(context, "/actuator/flowadapters"));
      HttpResponse<String> before =
          post(context, "/actuator/flowadapters/previous", "application/json", "");
      assertThat(before.statusCode()).isEqualTo(200);
      assertThat(numbers(before.body()).get(0)).isLessThan(versions.get(versions.size() - 1));
      assertThat(post(context, "/actuator/flowadapters/12345", "application/json", "").statusCode())
          .isEqualTo(400);

      assertThat(get(context, "/actuator/health"))
          .contains("\"flow\":{", "\"model\":\"bundled\"", "\"lastUpdate\"");
      assertThat(get(context, "/actuator/info")).contains("\"chunkSize\"");
      assertThat(get(context, "/actuator/metrics/gen_ai.server.request.duration"))
          .contains("\"COUNT\"");
      String chat = post(context, "/chat", "text/plain", QUESTION).body();
      assertThat(chat).startsWith("data:").contains("####");
    }
    try (ConfigurableApplicationContext context = started()) {
      assertThat(get(context, "/actuator/health")).contains("\"problems\":" + learned);
    }
  }

  private String solved(ConfigurableApplicationContext context, int has, int buys)
      throws Exception {
    String question = "Ann has %d pens and buys %d more. How many has she now?";
    String events = post(context, "/solve", "text/plain", question.formatted(has, buys)).body();
    assertThat(events).contains("event:text", "event:solution");
    return events;
  }

  private static List<Long> numbers(String json) {
    Matcher number = NUMBER.matcher(json);
    List<Long> numbers = new ArrayList<>();
    while (number.find()) {
      numbers.add(Long.parseLong(number.group(1)));
    }
    return numbers;
  }

  @Test
  void whatIsUnderWayWhenTheApplicationEndsIsAnswered() throws Exception {
    ConfigurableApplicationContext context = started(SlowClients.class);
    URI solve = request(context, "/solve").build().uri();
    List<HttpResponse<InputStream>> replies = new ArrayList<>();
    List<CompletableFuture<HttpResponse<InputStream>>> sent = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      sent.add(
          client.sendAsync(
              HttpRequest.newBuilder(solve)
                  .header("Content-Type", "text/plain")
                  .POST(HttpRequest.BodyPublishers.ofString(QUESTION + " " + i))
                  .build(),
              BodyHandlers.ofInputStream()));
    }
    for (CompletableFuture<HttpResponse<InputStream>> one : sent) {
      replies.add(one.get()); // its first text is there
    }
    context.close();
    for (HttpResponse<InputStream> reply : replies) {
      String events = new String(reply.body().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(events).contains("event:solution");
    }
    HttpRequest late = HttpRequest.newBuilder(solve).build();
    assertThat(catchThrowable(() -> HttpClient.newHttpClient().send(late, BodyHandlers.ofString())))
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void thePageShowsTheApplication() throws IOException {
    String source =
        Files.readString(Path.of("src/main/java/dev/flowdpo/sample/SampleApplication.java"));
    assertThat(Files.readString(Path.of("../../docs/spring-boot.md")))
        .contains(source.substring(source.indexOf("import ")));
  }
}
