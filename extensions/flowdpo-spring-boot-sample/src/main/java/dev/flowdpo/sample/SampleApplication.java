package dev.flowdpo.sample;

import dev.flowdpo.rollout.Verifier;
import dev.flowdpo.verify.MathAnswerVerifier;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The application; the starter makes the flow, and, as there is a verifier, the learner. */
@SpringBootApplication
public class SampleApplication {

  /** Starts it on port 8080. */
  public static void main(String[] arguments) {
    SpringApplication.run(SampleApplication.class, arguments);
  }

  /** Judges what the learner tries, and what users say is right. */
  @Bean
  Verifier verifier() {
    return new MathAnswerVerifier();
  }
}
