package dev.flowdpo.runtime.adapter;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.checkpoint.LinearLayer;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.graph.LinearSite;
import dev.flowdpo.runtime.internal.Lookup;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where each factor of an adapter lies in one flat vector: for every site {@code A [rank, inputs]},
 * then {@code B [outputs, rank]}, row by row. One vector makes the optimizer, clipping, snapshots
 * and files one operation each. An adapter may have factors at some of a model's sites only; the
 * others stay as they are. Immutable and thread-safe.
 */
public final class AdapterLayout {
  private final ImmutableList<LinearSite> sites;
  private final ImmutableList<LinearSite> untouched;
  private final int[] offsets;
  private final int rank;
  private final int size;

  private AdapterLayout(List<LinearSite> sites, List<LinearSite> untouched, int rank) {
    Preconditions.checkArgument(
        rank >= 1, "The rank of an adapter must be at least 1, found %s", rank);
    this.sites = ImmutableList.copyOf(sites);
    this.untouched = ImmutableList.copyOf(untouched);
    this.rank = rank;
    this.offsets = new int[sites.size()];
    int offset = 0;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = offset;
      LinearSite site = sites.get(i);
      offset = Math.addExact(offset, Math.multiplyExact(rank, site.inputs() + site.outputs()));
    }
    this.size = offset;
  }

  /**
   * Returns the layout for every linear layer of a model.
   *
   * @param rank the number of rows of A, at least 1
   */
  public static AdapterLayout of(ModelConfig config, int rank) {
    return new AdapterLayout(LinearSite.of(config), List.of(), rank);
  }

  /**
   * Returns the layout for some linear layers of a model.
   *
   * @param rank the number of rows of A, at least 1
   * @param targets names of layers, or ends of names such as {@code q_proj} or {@code
   *     mlp.gate_up_proj}, as PEFT has them
   * @throws InvalidInputException if there is no target, or one that names no layer of the model
   */
  public static AdapterLayout of(ModelConfig config, int rank, Collection<String> targets) {
    List<LinearSite> all = LinearSite.of(config);
    for (String target : targets) {
      if (all.stream().noneMatch(site -> site.isTarget(target))) {
        throw noLayer(config, "found \"" + target + "\"");
      }
    }
    if (targets.isEmpty()) {
      throw noLayer(config, "found none");
    }
    Map<Boolean, List<LinearSite>> parts =
        all.stream()
            .collect(Collectors.partitioningBy(site -> targets.stream().anyMatch(site::isTarget)));
    return new AdapterLayout(Lookup.required(parts, true), Lookup.required(parts, false), rank);
  }

  private static InvalidInputException noLayer(ModelConfig config, String found) {
    String known =
        LinearLayer.of(config).stream()
            .map(config.names()::shortName)
            .collect(Collectors.joining(", "));
    return new InvalidInputException(
        "adapter targets: expected linear layers of "
            + config.architecture()
            + " ("
            + known
            + "), or their full names, "
            + found);
  }

  /** Returns the sites in the order of the vector. */
  public List<LinearSite> sites() {
    return sites;
  }

  /** Returns the sites of the model that have no factors. */
  public List<LinearSite> untouched() {
    return untouched;
  }

  /** Returns the rank. */
  public int rank() {
    return rank;
  }

  /** Returns whether the other layout is of the same layers in the same places. */
  public boolean sameAs(AdapterLayout other) {
    return rank == other.rank && sites.equals(other.sites);
  }

  /** Returns the number of elements of the vector. */
  public int size() {
    return size;
  }

  /** Returns where A of a site begins. */
  public int offsetOfA(int site) {
    return offsets[site];
  }

  /** Returns the number of elements of A of a site. */
  public int sizeOfA(int site) {
    return rank * sites.get(site).inputs();
  }

  /** Returns where B of a site begins. */
  public int offsetOfB(int site) {
    return offsets[site] + sizeOfA(site);
  }

  /** Returns the number of elements of B of a site. */
  public int sizeOfB(int site) {
    return rank * sites.get(site).outputs();
  }
}
