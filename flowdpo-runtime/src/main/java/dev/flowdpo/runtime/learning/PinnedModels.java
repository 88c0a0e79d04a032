package dev.flowdpo.runtime.learning;

import dev.flowdpo.policy.FlowPolicy;
import dev.flowdpo.policy.StopJudge;
import dev.flowdpo.preference.AdapterRole;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import java.util.Map;

/** Makes policies and judges of adapters that are not live. Thread-safe. */
interface PinnedModels {

  /** {@return the policy under these adapters; the application's own where it brought one} */
  FlowPolicy policy(Map<AdapterRole, AdapterSnapshot> adapters);

  /** {@return the judge under these adapters; the application's own where it brought one} */
  StopJudge judge(Map<AdapterRole, AdapterSnapshot> adapters);
}
