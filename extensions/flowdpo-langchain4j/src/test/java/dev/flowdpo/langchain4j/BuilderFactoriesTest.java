package dev.flowdpo.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A framework's builders are found as services, and taken in place of the plain ones. */
class BuilderFactoriesTest {
  @TempDir private Path folder;

  /** A framework's builder. */
  public static final class Own extends FlowChatModelBuilder {}

  /** A framework's builder of streaming models. */
  public static final class OwnStreaming extends FlowStreamingChatModelBuilder {}

  /** Gives the framework's builder. */
  public static final class Factory implements FlowChatModelBuilderFactory {
    @Override
    public FlowChatModelBuilder get() {
      return new Own();
    }
  }

  /** Gives the framework's builder of streaming models. */
  public static final class StreamingFactory implements FlowStreamingChatModelBuilderFactory {
    @Override
    public FlowStreamingChatModelBuilder get() {
      return new OwnStreaming();
    }
  }

  @Test
  void theFirstFactoryGivesTheBuilder() throws IOException {
    assertThat(FlowChatModel.builder()).isExactlyInstanceOf(FlowChatModelBuilder.class);
    service(FlowChatModelBuilderFactory.class, Factory.class);
    service(FlowStreamingChatModelBuilderFactory.class, StreamingFactory.class);
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      Thread.currentThread().setContextClassLoader(loader);
      assertThat(FlowChatModel.builder()).isInstanceOf(Own.class);
      assertThat(FlowStreamingChatModel.builder()).isInstanceOf(OwnStreaming.class);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  private void service(Class<?> service, Class<?> provider) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.write(services.resolve(service.getName()), List.of(provider.getName()));
  }
}
