CREATE INDEX IF NOT EXISTS answers_of_conversation ON answers (conversation_id);
CREATE INDEX IF NOT EXISTS feedback_on_answer ON feedback (answer_id);
