package dev.homing.app.development;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Homing's database, asked past Homing.
 *
 * @param port of a PostgreSQL on this machine
 */
public record Database(int port) {
  /** The first column of the first row. */
  public long count(String query) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** The rows, each with its columns as text. */
  public List<List<@Nullable String>> rows(String query) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<List<@Nullable String>> all = new ArrayList<>();
      while (rows.next()) {
        List<@Nullable String> columns = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          columns.add(rows.getString(i));
        }
        all.add(columns);
      }
      return all;
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  public void run(String statements) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(statements);
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/homing?user=postgres&password=postgres&socketTimeout=600"
            .formatted(port));
  }
}
