package dev.flowdpo.runtime.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowdpo.learning.LoraOptions;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.internal.Lookup;
import dev.flowdpo.runtime.reference.Reference;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class AdapterVersionsTest {
  private final ModelConfig config = Reference.of("architectures/qwen2").config();

  @Test
  void bothRolesAreOfOneVersionWhileAnotherGoesLive() throws Exception {
    Map<AdapterRole, AdapterSlot> slots = new EnumMap<>(AdapterRole.class);
    for (AdapterRole role : AdapterRole.values()) {
      slots.put(role, new AdapterSlot(AdapterSnapshot.none(config)));
    }
    // The folder's name is the seed of the adapters that are "read" from it.
    AdapterVersions versions =
        new AdapterVersions(
            slots,
            "none",
            folder -> {
              long seed = Long.parseLong(folder.toString());
              Map<AdapterRole, AdapterSnapshot> both = new EnumMap<>(AdapterRole.class);
              AdapterSnapshot same = AdapterSnapshot.initial(config, LoraOptions.defaults(), seed);
              both.put(AdapterRole.ANSWER, same);
              both.put(AdapterRole.STOP, same);
              return both;
            });
    long one = versions.load(Path.of("1")).number();
    long two = versions.load(Path.of("2")).number();
    versions.publish(one);
    AtomicBoolean done = new AtomicBoolean();
    Thread publisher =
        new Thread(
            () -> {
              for (int i = 0; !done.get(); i++) {
                versions.publish(i % 2 == 0 ? two : one);
              }
            });
    publisher.start();
    try {
      for (int i = 0; i < 20_000; i++) {
        boolean equal =
            versions.whileUnchanged(
                () -> current(slots, AdapterRole.ANSWER) == current(slots, AdapterRole.STOP));
        assertThat(equal).isTrue();
      }
    } finally {
      done.set(true);
      publisher.join();
    }
  }

  private static AdapterSnapshot current(Map<AdapterRole, AdapterSlot> slots, AdapterRole role) {
    return Lookup.required(slots, role).current();
  }
}
