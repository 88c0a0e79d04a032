package dev.flowdpo.spring;

import dev.flowdpo.Flow;
import dev.flowdpo.policy.FlowOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/** Tells which model the flow has, and how it writes. */
final class FlowInfoContributor implements InfoContributor {
  private final Flow flow;
  private final FlowProperties properties;

  FlowInfoContributor(Flow flow, FlowProperties properties) {
    this.flow = flow;
    this.properties = properties;
  }

  @Override
  public void contribute(Info.Builder builder) {
    FlowOptions options = flow.options();
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("model", properties.model() == null ? "bundled" : properties.model().toString());
    if (properties.quantization() != null) {
      details.put("quantization", properties.quantization().toString());
    }
    details.put("chunkSize", options.chunkSize());
    details.put("maxChunks", options.maxChunks());
    details.put("temperature", options.sampling().temperature());
    details.put("seed", options.seed());
    builder.withDetail("flow", details);
  }
}
