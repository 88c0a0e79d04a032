package dev.flowdpo.runtime.training;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.flowdpo.error.FlowException;
import dev.flowdpo.error.InvalidInputException;
import dev.flowdpo.runtime.adapter.AdapterSnapshot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Trains an adapter on a list of examples: the compile stage of Flow-DPO (arXiv 2410.22304, section
 * 4.3) with {@link SupervisedLoss}, DPO on collected pairs with {@link PreferenceLoss}.
 *
 * <p>A step takes {@code batch × accumulation} examples of an epoch's order, in micro-batches of
 * similar lengths, clips the gradient of their mean loss and lets AdamW follow it at the scheduled
 * rate. At every measurement the held-out loss decides which adapter is the best, and whether to go
 * on.
 *
 * <p>With a checkpoint file a training that was killed at any moment goes on, and ends with the
 * same adapter, byte for byte, as one that was not. Not thread-safe.
 *
 * @param <E> an example
 */
public final class AdapterTrainer<E> {
  private final TrainingLoss<E> loss;
  private final TrainerOptions options;
  private final TrainerListener listener;
  private final Optional<Path> checkpoint;

  /**
   * Creates a trainer.
   *
   * @param loss what is minimised
   * @param options the numbers
   * @param listener is told of every step
   * @param checkpoint the file that keeps the state; empty to keep none
   */
  public AdapterTrainer(
      TrainingLoss<E> loss,
      TrainerOptions options,
      TrainerListener listener,
      Optional<Path> checkpoint) {
    this.loss = Objects.requireNonNull(loss, "loss");
    this.options = Objects.requireNonNull(options, "options");
    this.listener = Objects.requireNonNull(listener, "listener");
    this.checkpoint = Objects.requireNonNull(checkpoint, "checkpoint");
  }

  /**
   * Trains to the end, or to an early stop.
   *
   * @param initial what to start from; its rank, alpha and dropout stay
   * @param examples to train on, and to measure on
   * @param resume whether to go on from the checkpoint, where there is one
   * @return the trained adapter
   * @throws InvalidInputException if there is nothing to train on, an example does not fit the
   *     model, or the checkpoint is of another training
   * @throws FlowException if the loss is not finite any more
   */
  public TrainingResult train(AdapterSnapshot initial, ExampleSplit<E> examples, boolean resume) {
    if (examples.training().isEmpty()) {
      throw new InvalidInputException(
          "training: expected at least one example, found none beside "
              + examples.heldOut().size()
              + " held-out ones");
    }
    try (Run run = new Run(initial, examples)) {
      return run.run(resume);
    }
  }

  /** One training. Owns native memory. */
  private final class Run implements AutoCloseable {
    private final AdapterSnapshot initial;
    private final ExampleSplit<E> examples;
    private final TrainingPlan plan;
    private final int totalSteps;
    private final String dataHash;
    private final INDArray parameters;
    private final AdamW optimizer;
    private float[] best;
    private TrainerState state = TrainerState.START;

    Run(AdapterSnapshot initial, ExampleSplit<E> examples) {
      this.initial = initial;
      this.examples = examples;
      this.plan =
          new TrainingPlan(examples.training().stream().map(loss::length).toList(), options);
      this.totalSteps = plan.totalSteps();
      this.dataHash = dataHash();
      this.best = initial.values();
      this.parameters = NativeVectors.of(best);
      this.optimizer = new AdamW(AdamW.Settings.of(options.optimizer()), best.length);
    }

    TrainingResult run(boolean resume) {
      String fingerprint = fingerprint();
      if (resume) {
        checkpoint
            .flatMap(file -> TrainerCheckpoint.read(file, fingerprint, best.length))
            .ifPresent(this::restore);
      }
      listener.onStart(state.step(), totalSteps);
      if (state.step() == 0 && !examples.heldOut().isEmpty()) {
        TrainingLoss.Figures before = loss.evaluate(initial, examples.heldOut());
        state = state.measuredBefore(before.loss());
        listener.onHeldOut(0, before, false);
      }
      List<List<Integer>> epoch = plan.epoch(state.step() / plan.stepsPerEpoch());
      while (state.step() < totalSteps && !state.stopped()) {
        int within = state.step() % plan.stepsPerEpoch();
        if (within == 0) {
          epoch = plan.epoch(state.step() / plan.stepsPerEpoch());
        }
        step(epoch.get(within));
        boolean measured = measureIfDue();
        if (measured || state.step() % options.checkpointEvery() == 0) {
          write(fingerprint);
        }
      }
      return new TrainingResult(
          AdapterSnapshot.of(initial.layout(), initial.alpha(), initial.dropout(), best),
          state.step(),
          totalSteps,
          state.bestLoss().isPresent() ? state.bestStep() : state.step(),
          state.trainingLoss(),
          state.heldOutBefore(),
          state.bestLoss(),
          dataHash);
    }

    private void step(List<Integer> indices) {
      List<E> chosen = indices.stream().map(examples.training()::get).toList();
      double totalWeight = chosen.stream().mapToDouble(loss::weight).sum();
      AdapterSnapshot policy = snapshot();
      long dropoutSeed = plan.seed(-1L - state.step());
      List<TrainingLoss.Figures> parts = new ArrayList<>();
      double rate = options.learningRate(state.step(), totalSteps);
      double norm;
      try (INDArray gradient = NativeVectors.zeros(best.length)) {
        for (List<Integer> micro : microBatches(chosen)) {
          List<E> batch = micro.stream().map(chosen::get).toList();
          parts.add(loss.add(policy, batch, totalWeight, dropoutSeed + parts.size(), gradient));
        }
        norm = AdamW.clip(gradient, options.optimizer().clipNorm());
        optimizer.step(parameters, gradient, rate);
      }
      TrainingLoss.Figures figures = TrainingLoss.Figures.ofAll(parts);
      state = state.stepped(figures.loss());
      if (!Double.isFinite(figures.loss()) || !Double.isFinite(norm)) {
        throw new FlowException(
            "Training failed at step %d of %d: loss %s, gradient norm %s; lower the learning rate, now %s"
                .formatted(state.step(), totalSteps, figures.loss(), norm, options.learningRate()));
      }
      double epoch = (double) state.step() / plan.stepsPerEpoch();
      listener.onStep(new TrainerListener.Step(state.step(), epoch, figures, rate, norm));
    }

    private List<List<Integer>> microBatches(List<E> chosen) {
      return CompletionBatch.split(
          chosen.stream().mapToInt(loss::length).toArray(),
          options.batch(),
          loss.maxTokens() / loss.sequences());
    }

    private boolean measureIfDue() {
      int every = options.evaluateEvery() > 0 ? options.evaluateEvery() : plan.stepsPerEpoch();
      if (state.step() % every != 0 && state.step() != totalSteps) {
        return false;
      }
      if (examples.heldOut().isEmpty()) {
        best = parameters.toFloatVector();
        return true;
      }
      AdapterSnapshot policy = snapshot();
      TrainingLoss.Figures figures = loss.evaluate(policy, examples.heldOut());
      boolean better = state.improvesBy(figures.loss());
      if (better) {
        best = policy.values();
      }
      state = state.measured(figures.loss(), options.patience());
      listener.onHeldOut(state.step(), figures, better);
      return true;
    }

    private AdapterSnapshot snapshot() {
      return AdapterSnapshot.of(
          initial.layout(), initial.alpha(), initial.dropout(), parameters.toFloatVector());
    }

    private void restore(TrainerCheckpoint from) {
      state = from.state();
      best = from.best();
      optimizer.restore(from.adapter().optimizer());
      try (INDArray values = NativeVectors.of(from.adapter().parameters())) {
        parameters.assign(values);
      }
    }

    private void write(String fingerprint) {
      checkpoint.ifPresent(
          file -> {
            AdapterState adapter = new AdapterState(parameters.toFloatVector(), optimizer.state());
            new TrainerCheckpoint(state, adapter, best).write(file, fingerprint);
            listener.onCheckpoint(state.step());
          });
    }

    private String dataHash() {
      Hasher hasher = Hashing.sha256().newHasher();
      for (List<E> part : List.of(examples.training(), examples.heldOut())) {
        hasher.putInt(part.size());
        part.forEach(example -> loss.identify(example, hasher));
      }
      return hasher.hash().toString();
    }

    private String fingerprint() {
      Hasher adapter = Hashing.sha256().newHasher();
      for (float value : best) {
        adapter.putFloat(value);
      }
      adapter.putString(loss.description(), StandardCharsets.UTF_8);
      return "%s, data %.12s, %s, start %.12s"
          .formatted(options, dataHash, loss.description(), adapter.hash());
    }

    @Override
    public void close() {
      parameters.close();
      optimizer.close();
    }
  }
}
