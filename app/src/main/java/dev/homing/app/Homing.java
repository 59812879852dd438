package dev.homing.app;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The service. */
@SpringBootApplication
public class Homing {
  public static void main(String[] args) {
    SpringApplication.run(Homing.class, args);
  }
}
