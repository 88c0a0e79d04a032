package dev.flowdpo.spring;

import dev.flowdpo.Flow;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.learning.AdapterVersion;
import dev.flowdpo.learning.FlowAdapters;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * The versions of the flow's adapters over HTTP and JMX: {@code GET /actuator/flowadapters} lists
 * them, {@code POST /actuator/flowadapters/3} makes one that is kept live, and {@code POST
 * /actuator/flowadapters/previous} rolls back to the one before. Solves under way keep the version
 * that they began with. Thread-safe.
 */
@Endpoint(id = "flowadapters")
public final class FlowAdaptersEndpoint {
  private static final String PREVIOUS = "previous";

  private final Flow flow;

  FlowAdaptersEndpoint(Flow flow) {
    this.flow = flow;
  }

  /**
   * A version of the adapters.
   *
   * @param number what names it
   * @param live whether solves that begin use it
   * @param created when it was made
   * @param source where it comes from, for people
   * @param answerUpdates steps of the Answer adapter that led to it
   * @param stopUpdates steps of the Stop adapter that led to it
   * @param accuracy what a gate measured, in [0, 1]; none where there was no gate
   */
  public record Version(
      long number,
      boolean live,
      Instant created,
      String source,
      long answerUpdates,
      long stopUpdates,
      @Nullable Double accuracy) {}

  /** {@return the versions that are kept, oldest first} */
  @ReadOperation
  public List<Version> list() {
    FlowAdapters adapters = flow.adapters();
    long live = adapters.live().number();
    return adapters.list().stream().map(version -> shown(version, live)).toList();
  }

  /**
   * Makes a version live.
   *
   * @param version its number, or {@code previous} for the one that was live before
   * @return the version that is live now
   * @throws InvalidEndpointRequestException if there is none, or a learner cannot go on from it
   */
  @WriteOperation
  public Version publish(@Selector String version) {
    FlowAdapters adapters = flow.adapters();
    try {
      AdapterVersion live =
          version.equals(PREVIOUS)
              ? adapters.rollBack()
              : adapters.publish(Long.parseLong(version));
      return shown(live, live.number());
    } catch (NumberFormatException e) {
      throw refused("expected a version's number or " + PREVIOUS + ", found " + version + ".");
    } catch (InvalidInputException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  private static InvalidEndpointRequestException refused(String why) {
    return new InvalidEndpointRequestException(why, why);
  }

  private static Version shown(AdapterVersion version, long live) {
    return new Version(
        version.number(),
        version.number() == live,
        version.created(),
        version.source(),
        version.answerUpdates(),
        version.stopUpdates(),
        version.accuracy().isPresent() ? version.accuracy().getAsDouble() : null);
  }
}
