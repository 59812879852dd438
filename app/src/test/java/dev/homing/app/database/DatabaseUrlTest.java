package dev.homing.app.database;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {
  @ParameterizedTest
  @CsvSource({
    "postgresql://u:p@h:5433/db, jdbc:postgresql://h:5433/db, u, p",
    "postgres://u:p@h/db, jdbc:postgresql://h/db, u, p",
    "postgresql+asyncpg://u:p@h:5432/db, jdbc:postgresql://h:5432/db, u, p",
    "postgresql+psycopg2://u:p@h/db?sslmode=require, jdbc:postgresql://h/db?sslmode=require, u, p",
    "postgresql://u:p%40ss%2Fw%3Ard%25@h/db, jdbc:postgresql://h/db, u, p@ss/w:rd%",
    "postgresql://u:a+b@h/db, jdbc:postgresql://h/db, u, a+b",
    "postgresql://u:a:b@h/db, jdbc:postgresql://h/db, u, a:b",
    "postgresql://u@h/db, jdbc:postgresql://h/db, u,",
    "postgresql://h/db, jdbc:postgresql://h/db,,",
    "postgresql://u:p@[::1]:5432/db, jdbc:postgresql://[::1]:5432/db, u, p",
    "' postgresql://u:p@h/db ', jdbc:postgresql://h/db, u, p",
    "jdbc:postgresql://h:1/db?user=u&password=p, jdbc:postgresql://h:1/db?user=u&password=p,,"
  })
  void isReadAsOtherLanguagesWriteIt(String text, String jdbc, String user, String password) {
    DatabaseUrl url = DatabaseUrl.parse(text).orElseThrow();

    assertThat(url.getJdbcUrl()).isEqualTo(jdbc);
    assertThat(url.getUsername()).isEqualTo(user);
    assertThat(url.getPassword()).isEqualTo(password);
    assertThat(url.toString()).isEqualTo("DatabaseUrl[***]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "mysql://u:p@h/db",
        "postgresql://u:p@h",
        "postgresql:///db",
        "//h/d"
      })
  void isRefusedWhenItIsNone(String text) {
    assertThat(DatabaseUrl.parse(text)).isEmpty();
  }
}
